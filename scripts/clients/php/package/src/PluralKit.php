<?php

declare(strict_types=1);

namespace Pluralspec;

use GuzzleHttp\Client;
use GuzzleHttp\HandlerStack;
use GuzzleHttp\Middleware;
use GuzzleHttp\Psr7\Utils;
use Pluralspec\Api\GroupsApi;
use Pluralspec\Api\MembersApi;
use Pluralspec\Api\MiscApi;
use Pluralspec\Api\SwitchesApi;
use Pluralspec\Api\SystemsApi;
use Psr\Http\Message\RequestInterface;
use Psr\Http\Message\ResponseInterface;

/** The API. Failures are a PluralKitError; rate limits are waited for. */
final class PluralKit
{
    /** Your own server, as `pluralspec serve` starts it. */
    public const LOCAL = 'http://127.0.0.1:8000/v2';
    /** The reference service. */
    public const PRODUCTION = 'https://api.pluralkit.me/v2';

    private const PAGE = 100;
    private const ATTEMPTS = 10;

    public readonly SystemsApi $systems;
    public readonly MembersApi $members;
    public readonly GroupsApi $groups;
    public readonly SwitchesApi $switches;
    public readonly MiscApi $misc;

    /**
     * @param string|null $token a system token, or an API key with `Bearer ` before it; without one, you see what is public
     * @param string $userAgent the name of your application and a way to reach you
     */
    public function __construct(
        string $baseUrl = self::LOCAL,
        ?string $token = null,
        string $userAgent = 'pluralspec-client/0.0.0 (PHP)',
    ) {
        // The generated code asks the default configuration for this, whatever it was given.
        Configuration::getDefaultConfiguration()
            ->setBooleanFormatForQueryString(Configuration::BOOLEAN_FORMAT_STRING);
        $configuration = (new Configuration())->setHost($baseUrl)->setUserAgent($userAgent);
        if ($token !== null) {
            $configuration->setApiKey('Authorization', $token);
        }
        $client = new Client(['handler' => self::handler(), 'timeout' => 30]);
        $this->systems = new SystemsApi($client, $configuration);
        $this->members = new MembersApi($client, $configuration);
        $this->groups = new GroupsApi($client, $configuration);
        $this->switches = new SwitchesApi($client, $configuration);
        $this->misc = new MiscApi($client, $configuration);
    }

    /**
     * All switches of a system from the newest back, or those before an instant, however many there are.
     *
     * @return \Generator<int, Model\ModelSwitch>
     */
    public function allSwitches(string $systemRef, ?string $before = null): \Generator
    {
        do {
            $page = $this->switches->getSystemSwitches($systemRef, $before, self::PAGE);
            foreach ($page as $switch) {
                yield $switch;
                $before = $switch->getTimestamp();
            }
        } while (count($page) === self::PAGE);
    }

    private static function handler(): HandlerStack
    {
        $stack = HandlerStack::create();
        $stack->remove('http_errors');
        $stack->push(Middleware::mapResponse(self::checked(...)), 'errors');
        $stack->push(Middleware::retry(self::isRefused(...), self::milliseconds(...)), 'limits');

        return $stack;
    }

    private static function checked(ResponseInterface $response): ResponseInterface
    {
        if ($response->getStatusCode() >= 300) {
            throw PluralKitError::from($response);
        }
        // The generated code parses whatever comes: nothing becomes null.
        return $response->getStatusCode() === 204 ? $response->withBody(Utils::streamFor('null')) : $response;
    }

    private static function isRefused(int $retries, RequestInterface $request, ?ResponseInterface $response): bool
    {
        return $response?->getStatusCode() === 429 && $retries < self::ATTEMPTS - 1;
    }

    /** How long to wait: `Retry-After` is in seconds, `retry_after` in the body in milliseconds. */
    private static function milliseconds(int $retries, ResponseInterface $response): int
    {
        $seconds = $response->getHeaderLine('Retry-After');
        if (ctype_digit($seconds)) {
            return (int) $seconds * 1000;
        }
        $said = json_decode((string) $response->getBody(), true);

        return is_array($said) && is_int($said['retry_after'] ?? null) ? $said['retry_after'] : 1000;
    }
}
