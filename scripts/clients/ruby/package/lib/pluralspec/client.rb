# frozen_string_literal: true

require 'uri'
require 'pluralspec'

module Pluralspec
  # Your own server, as `pluralspec serve` starts it.
  LOCAL = 'http://127.0.0.1:8000/v2'
  # The reference service.
  PRODUCTION = 'https://api.pluralkit.me/v2'

  # Any answer that is no success.
  class Error < StandardError
    # The HTTP status.
    attr_reader :status
    # Which error it is, as listed with each operation; 0 for what the status says by itself.
    attr_reader :code
    # With code 40001: each key at fault, and all that is wrong with it.
    attr_reader :errors

    def initialize(status, body)
      said = Error.parsed(body)
      @status = status
      @code = said.fetch('code', 0)
      @errors = said.fetch('errors', {}).transform_values { |found| found.map { |each| FieldError.build_from_hash(each) } }
      super(said.fetch('message', "HTTP status #{status}"))
    end

    # Whoever stands between client and server may answer in other ways.
    def self.parsed(body)
      said = JSON.parse(body.to_s)
      said.is_a?(Hash) ? said : {}
    rescue JSON::ParserError
      {}
    end
  end

  # Sends requests; waits for as long as the server says when there were too many.
  class Connection < ApiClient
    ATTEMPTS = 10

    def call_api(http_method, path, opts = {})
      attempt = 1
      begin
        super
      rescue ApiError => e
        raise unless e.code.to_i.positive? # the network failed

        refused = e.code == 429 && attempt < ATTEMPTS
        raise Error.new(e.code, e.response_body), cause: nil unless refused

        sleep(seconds(e))
        attempt += 1
        retry
      end
    end

    private

    # `Retry-After` is in seconds, `retry_after` in the body in milliseconds.
    def seconds(refusal)
      given = (refusal.response_headers || {})['Retry-After'].to_s
      return given.to_i if given.match?(/\A\d+\z/)

      Error.parsed(refusal.response_body).fetch('retry_after', 1000) / 1000.0
    end
  end

  # The API. Failures are an Error; rate limits are waited for.
  class Client
    PAGE = 100

    attr_reader :systems, :members, :groups, :switches, :misc

    # The token is a system token, or an API key with `Bearer ` before it; without one, you see what is public. The user
    # agent names your application and a way to reach you.
    def initialize(base_url: LOCAL, token: nil, user_agent: 'pluralspec/0.0.0 (Ruby)')
      connection = Connection.new(Client.configuration(URI(base_url), token))
      connection.user_agent = user_agent
      @systems = SystemsApi.new(connection)
      @members = MembersApi.new(connection)
      @groups = GroupsApi.new(connection)
      @switches = SwitchesApi.new(connection)
      @misc = MiscApi.new(connection)
    end

    # All switches of a system from the newest back, or those before an instant, however many there are.
    def each_switch(system_ref, before: nil, &block)
      return enum_for(:each_switch, system_ref, before: before) unless block

      loop do
        page = switches.get_system_switches(system_ref, { before: before, limit: PAGE }.compact)
        page.each(&block)
        return if page.size < PAGE

        before = page.last.timestamp
      end
    end

    def self.configuration(address, token)
      Configuration.new do |configuration|
        configuration.server_index = nil
        configuration.scheme = address.scheme
        configuration.host = "#{address.host}:#{address.port}"
        configuration.base_path = address.path
        configuration.timeout = 30
        configuration.api_key['Authorization'] = token
      end
    end
  end
end
