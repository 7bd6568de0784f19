# frozen_string_literal: true

Gem::Specification.new do |gem|
  gem.name = 'pluralspec'
  gem.version = '0.0.0'
  gem.summary = 'Client of the PluralKit v2 API; not affiliated with PluralKit'
  gem.authors = ['The pluralspec contributors']
  gem.license = 'MIT'
  gem.files = Dir['lib/**/*.rb', 'README.md', 'LICENSE']
  gem.required_ruby_version = '>= 3.0'
  gem.add_runtime_dependency 'typhoeus', '~> 1.4'
end
