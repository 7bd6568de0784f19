<?php

declare(strict_types=1);

require 'vendor/autoload.php';

use Pluralspec\Model\GroupCreate;
use Pluralspec\Model\MemberCreate;
use Pluralspec\Model\MemberPatch;
use Pluralspec\Model\MemberPrivacyPatch;
use Pluralspec\Model\PrivacyLevel;
use Pluralspec\Model\ProxyTagInput;
use Pluralspec\Model\SwitchCreate;
use Pluralspec\PluralKit;
use Pluralspec\PluralKitError;

error_reporting(E_ALL & ~E_DEPRECATED);
set_error_handler(function (int $level, string $message, string $file, int $line) {
    throw new ErrorException($message, 0, $level, $file, $line);
}, E_ALL & ~E_DEPRECATED);

$pk = new PluralKit(baseUrl: getenv('BASE_URL'), token: getenv('TOKEN'), userAgent: getenv('USER_AGENT'));
$said = [];

function failure(callable $attempt): ?array
{
    try {
        $attempt();
    } catch (PluralKitError $error) {
        $code = $error->getCode();
        $message = $error->getMessage();

        return ['status' => $error->status, 'code' => $code, 'message' => $message, 'errors' => (object) $error->errors];
    }

    return null;
}

function names(array $members): array
{
    return array_map(fn ($member) => $member->getName(), $members);
}

$made = $pk->members->createMember(new MemberCreate([
    'name' => 'Robin',
    'display_name' => 'Robin ⚓ Häfen 🦊',
    'color' => '7fb069',
    'birthday' => '0004-02-29',
    'proxy_tags' => [new ProxyTagInput(['prefix' => 'r:'])],
    'privacy' => new MemberPrivacyPatch(['metadata_privacy' => PrivacyLevel::_PRIVATE]),
]));
$said['created'] = [
    $made->getName(), $made->getDisplayName(), $made->getColor(), $made->getBirthday(), $made->getProxyTags(),
    $made->getPrivacy()->getMetadataPrivacy(),
];
$said['got'] = $pk->members->getMember($made->getId())->getUuid() === $made->getUuid();
$changed = $pk->members->updateMember($made->getId(), new MemberPatch(['display_name' => 'Robin R.']));
$said['changed'] = [$changed->getName(), $changed->getDisplayName(), $changed->getColor()];
$cleared = $pk->members->updateMember($made->getId(), new MemberPatch(['color' => null]));
$said['cleared'] = [$cleared->getName(), $cleared->getDisplayName(), $cleared->getColor()];
$other = $pk->members->createMember(new MemberCreate(['name' => 'Wren']));
$said['listed'] = names($pk->members->getSystemMembers('@me'));

$group = $pk->groups->createGroup(new GroupCreate(['name' => 'Forest']));
$pk->groups->addGroupMembers($group->getId(), [$made->getId(), $other->getUuid()]);
$said['group'] = names($pk->groups->getGroupMembers($group->getId()));
$said['groups'] = array_map(fn ($each) => count($each->getMembers()), $pk->groups->getSystemGroups('@me', true));

$said['nobody'] = $pk->switches->getFronters('@me') === null;
$moment = '2024-05-01T12:00:00.123456Z';
$switch = new SwitchCreate(['members' => [$other->getId(), $made->getId()], 'timestamp' => $moment]);
$created = $pk->switches->createSwitch('@me', $switch);
$said['switched'] = [$created->getTimestamp(), names($created->getMembers())];
$said['fronters'] = names($pk->switches->getFronters('@me')->getMembers());

$history = iterator_to_array($pk->allSwitches(getenv('HISTORY')), false);
$ids = array_unique(array_map(fn ($each) => $each->getId(), $history));
$said['history'] = [count($history), count($ids), $history[0]->getTimestamp(), end($history)->getTimestamp()];
$said['earlier'] = iterator_count($pk->allSwitches(getenv('HISTORY'), $history[99]->getTimestamp()));

$wrong = new MemberCreate(['name' => str_repeat('x', 101), 'color' => 'green']);
$said['invalid'] = failure(fn () => $pk->members->createMember($wrong));
$said['missing'] = failure(fn () => $pk->members->getMember('zzzzzz'));
$said['forbidden'] = failure(fn () => $pk->members->getSystemMembers(getenv('CLOSED')));
$said['patient'] = 0;
for ($turn = 0; $turn < 25; $turn++) {
    $said['patient'] += (int) ($pk->members->getMember($made->getId())->getId() === $made->getId());
}
$pk->groups->deleteGroup($group->getId());
echo json_encode($said, JSON_THROW_ON_ERROR);
