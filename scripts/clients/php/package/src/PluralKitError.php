<?php

declare(strict_types=1);

namespace Pluralspec;

use Psr\Http\Message\ResponseInterface;

/** Any answer that is no success. */
final class PluralKitError extends \RuntimeException
{
    /**
     * @param int $status the HTTP status
     * @param int $code which error it is, as listed with each operation; 0 for what the status says by itself
     * @param array<string, list<array{message: string, max_length?: int, actual_length?: int}>> $errors
     *        with code 40001: each key at fault, and all that is wrong with it
     */
    public function __construct(
        public readonly int $status,
        int $code,
        string $message,
        public readonly array $errors = [],
    ) {
        parent::__construct($message, $code);
    }

    /** The error that an answer says; whoever stands between client and server may answer in other ways. */
    public static function from(ResponseInterface $response): self
    {
        $status = $response->getStatusCode();
        $body = json_decode((string) $response->getBody(), true);
        $said = is_array($body) ? $body : [];

        return new self($status, $said['code'] ?? 0, $said['message'] ?? "HTTP status $status", $said['errors'] ?? []);
    }
}
