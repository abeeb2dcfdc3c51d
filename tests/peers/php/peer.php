<?php

/*
 * Speaks as the PHP client and server do: msgid 0 for every request, one call at a time, any non-nil error is an error; its server closes after
 * each answer.
 *   php peer.php client HOST PORT
 *   php peer.php server PORT
 */

// Without this the extension writes PHP's own object format.
ini_set('msgpack.php_only', '0');

final class RemoteError extends Exception
{
}

final class Skip extends Exception
{
}

final class Client
{
    private $socket;

    public function __construct(private string $host, private int $port)
    {
        $this->reconnect();
    }

    public function reconnect(): void
    {
        $this->socket = stream_socket_client("tcp://$this->host:$this->port", $code, $message, 5);
        stream_set_timeout($this->socket, 10);
    }

    public function call(string $method, ...$params): mixed
    {
        $this->write(msgpack_pack([0, 0, $method, $params]));
        [$type, $msgid, $error, $result] = $this->read();
        if ($type !== 1 || $msgid !== 0) {
            throw new Exception("answer of type $type to $msgid");
        }
        if ($error !== null) {
            throw new RemoteError(text_of($error));
        }
        return $result;
    }

    public function notify(string $method, ...$params): void
    {
        $this->write(msgpack_pack([2, $method, $params]));
    }

    public function makeServerClose(): void
    {
        $this->write("\xc1");
        if (@fread($this->socket, 1) !== '') {
            throw new Exception('still open after c1');
        }
    }

    private function write(string $bytes): void
    {
        for ($at = 0; $at < strlen($bytes); $at += $sent) {
            $sent = fwrite($this->socket, substr($bytes, $at, 65536));
            if ($sent === false || $sent === 0) {
                throw new Exception('cannot send');
            }
        }
    }

    private function read(): array
    {
        $unpacker = new MessagePackUnpacker(false);
        while (true) {
            $data = fread($this->socket, 65536);
            if ($data === '' || $data === false) {
                throw new Exception('the server closed');
            }
            $unpacker->feed($data);
            if ($unpacker->execute()) {
                return $unpacker->data();
            }
        }
    }
}

function text_of(mixed $error): string
{
    return is_array($error) ? implode(' ', array_map('text_of', $error)) : (string)$error;
}

function show(mixed $value): string
{
    return substr(preg_replace('/\s+/', ' ', var_export($value, true)), 0, 80);
}

function same(mixed $actual, mixed $expected): void
{
    if ($actual !== $expected) {
        throw new Exception(show($actual) . ' instead of ' . show($expected));
    }
}

function echoes(Client $client, mixed $value): void
{
    same($client->call('echo', $value), $value);
}

function fails(Client $client, string $contains, string $method, ...$params): void
{
    try {
        $result = $client->call($method, ...$params);
    } catch (RemoteError $e) {
        if ($e->getMessage() === '' || !str_contains($e->getMessage(), $contains)) {
            throw new Exception('error ' . show($e->getMessage()));
        }
        return;
    }
    throw new Exception('result ' . show($result) . ' instead of an error');
}

function cases(): array
{
    $allBytes = implode('', array_map('chr', range(0, 255)));
    return [
        'sum' => fn ($c) => same($c->call('sum', 1, 2), 3),
        'error' => fn ($c) => fails($c, 'boom', 'fail', 'boom'),
        'unknown_method' => function ($c) {
            fails($c, '', 'nosuch', 1);
            same($c->call('sum', 1, 2), 3);
        },
        'text_ascii' => fn ($c) => echoes($c, 'hello'),
        'text_japanese' => fn ($c) => echoes($c, 'こんにちは、世界。'),
        'text_40' => fn ($c) => echoes($c, str_repeat('x', 40)),
        'text_70000' => fn ($c) => echoes($c, str_repeat('x', 70000)),
        'binary_all_bytes' => fn ($c) => echoes($c, $allBytes),
        'binary_1mib' => fn ($c) => echoes($c, str_repeat($allBytes, 4096)),
        'nested' => fn ($c) => echoes($c, ['a' => [1, ['b' => [[], [2, [3, null]]]]], 'c' => ['d' => ['e' => 'f']]]),
        'integers' => function ($c) {
            // PHP has no integer over 2^63-1.
            $edges = [0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, PHP_INT_MAX,
                -1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, PHP_INT_MIN];
            foreach ($edges as $value) {
                echoes($c, $value);
            }
        },
        'float32' => fn ($c) => echoes($c, 0.5),
        'float64' => fn ($c) => echoes($c, 3.141592653589793),
        'nil' => fn ($c) => echoes($c, null),
        'booleans' => function ($c) {
            echoes($c, true);
            echoes($c, false);
        },
        'ext' => fn () => throw new Skip('php-msgpack reads no ext'),
        'timestamp' => fn () => throw new Skip('php-msgpack knows no timestamp'),
        'concurrent_1000' => fn () => throw new Skip('the client waits for each answer'),
        'notify_then_read' => function ($c) {
            $c->notify('set_x', 43);
            same($c->call('get_x'), 43);
        },
        'reconnect' => function ($c) {
            $c->makeServerClose();
            $c->reconnect();
            same($c->call('sum', 1, 2), 3);
        },
    ];
}

function run(Client $client): int
{
    $failed = 0;
    foreach (cases() as $name => $case) {
        [$verdict, $detail] = ['ok', ''];
        try {
            $case($client);
        } catch (Skip $e) {
            [$verdict, $detail] = ['skip', $e->getMessage()];
        } catch (Throwable $e) {
            [$verdict, $detail] = ['fail', get_class($e) . ': ' . $e->getMessage()];
            $failed = 1;
            $client->reconnect();
        }
        echo "$name\t$verdict\t$detail\n";
    }
    return $failed;
}

function serve(int $port): void
{
    $server = stream_socket_server("tcp://127.0.0.1:$port");
    echo 'listening ', (int)substr(strrchr(stream_socket_get_name($server, false), ':'), 1), "\n";
    // Ends by itself when nobody has called for two minutes.
    while ($socket = @stream_socket_accept($server, 120)) {
        $unpacker = new MessagePackUnpacker(false);
        while (($data = fread($socket, 65536)) !== '' && $data !== false) {
            $unpacker->feed($data);
            if ($unpacker->execute()) {
                [, $msgid, $method, $params] = $unpacker->data();
                fwrite($socket, msgpack_pack(answer($msgid, $method, $params)));
                break;
            }
        }
        fclose($socket);
    }
}

function answer(int $msgid, string $method, array $params): array
{
    return match ($method) {
        'sum' => [1, $msgid, null, $params[0] + $params[1]],
        'echo' => [1, $msgid, null, $params[0]],
        'slow' => [1, $msgid, null, usleep($params[0] * 1000) ?? $params[0]],
        'fail' => [1, $msgid, (string)new Exception($params[0]), null],
        default => [1, $msgid, (string)new BadMethodCallException("No method $method"), null],
    };
}

if ($argv[1] === 'server') {
    serve((int)$argv[2]);
    exit(0);
}
exit(run(new Client($argv[2], (int)$argv[3])));
