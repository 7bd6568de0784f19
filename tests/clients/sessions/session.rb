# frozen_string_literal: true

require 'json'
require 'pluralspec/client'

pk = Pluralspec::Client.new(base_url: ENV['BASE_URL'], token: ENV['TOKEN'], user_agent: ENV['USER_AGENT'])
said = {}

def failure
  yield
rescue Pluralspec::Error => e
  errors = e.errors.transform_values { |found| found.map(&:to_hash) }
  { status: e.status, code: e.code, message: e.message, errors: errors }
end

made = pk.members.create_member(
  Pluralspec::MemberCreate.new(
    name: 'Robin',
    display_name: 'Robin ⚓ Häfen 🦊',
    color: '7fb069',
    birthday: '0004-02-29',
    proxy_tags: [Pluralspec::ProxyTagInput.new(prefix: 'r:')],
    privacy: Pluralspec::MemberPrivacyPatch.new(metadata_privacy: Pluralspec::PrivacyLevel::PRIVATE)
  )
)
tags = made.proxy_tags.map { |tag| { prefix: tag.prefix, suffix: tag.suffix } }
said[:created] = [made.name, made.display_name, made.color, made.birthday, tags, made.privacy.metadata_privacy]
said[:got] = pk.members.get_member(made.id).uuid == made.uuid
changed = pk.members.update_member(made.id, Pluralspec::MemberPatch.new(display_name: 'Robin R.'))
said[:changed] = [changed.name, changed.display_name, changed.color]
cleared = pk.members.update_member(made.id, Pluralspec::MemberPatch.new(color: nil))
said[:cleared] = [cleared.name, cleared.display_name, cleared.color]
other = pk.members.create_member(Pluralspec::MemberCreate.new(name: 'Wren'))
said[:listed] = pk.members.get_system_members('@me').map(&:name)

group = pk.groups.create_group(Pluralspec::GroupCreate.new(name: 'Forest'))
pk.groups.add_group_members(group.id, [made.id, other.uuid])
said[:group] = pk.groups.get_group_members(group.id).map(&:name)
said[:groups] = pk.groups.get_system_groups('@me', with_members: true).map { |each| each.members.size }

said[:nobody] = pk.switches.get_fronters('@me').nil?
switch = Pluralspec::SwitchCreate.new(members: [other.id, made.id], timestamp: '2024-05-01T12:00:00.123456Z')
created = pk.switches.create_switch('@me', switch)
said[:switched] = [created.timestamp, created.members.map(&:name)]
said[:fronters] = pk.switches.get_fronters('@me').members.map(&:name)

history = pk.each_switch(ENV['HISTORY']).to_a
said[:history] = [history.size, history.map(&:id).uniq.size, history.first.timestamp, history.last.timestamp]
said[:earlier] = pk.each_switch(ENV['HISTORY'], before: history[99].timestamp).count

wrong = Pluralspec::MemberCreate.new(name: 'x' * 101, color: 'green')
said[:invalid] = failure { pk.members.create_member(wrong) }
said[:missing] = failure { pk.members.get_member('zzzzzz') }
said[:forbidden] = failure { pk.members.get_system_members(ENV['CLOSED']) }
said[:patient] = (1..25).count { pk.members.get_member(made.id).id == made.id }
pk.groups.delete_group(group.id)
puts JSON.generate(said)
