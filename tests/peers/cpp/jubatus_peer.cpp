// Speaks as jubatus' C++ clients do, over libmsgpack: writes only raw, reads str8 and bin too, takes an error for an integer (1: no such method,
// 2: wrong params) or a text, and gives up on an ext or a float where an id should be.
//   jubatus client HOST PORT        (listener profile: old-spec, jubatus)
#include <arpa/inet.h>
#include <msgpack.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Skip : std::runtime_error {
    using runtime_error::runtime_error;
};

struct RemoteError : std::runtime_error {
    using runtime_error::runtime_error;
};

using Write = std::function<void(msgpack_packer*)>;

void raw(msgpack_packer* packer, const std::string& text) {
    // v4raw: what was called raw before there were str8 and bin.
    msgpack_pack_v4raw(packer, text.size());
    msgpack_pack_v4raw_body(packer, text.data(), text.size());
}

std::string encode(const Write& write) {
    msgpack_sbuffer buffer;
    msgpack_sbuffer_init(&buffer);
    msgpack_packer packer;
    msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
    write(&packer);
    std::string bytes(buffer.data, buffer.size);
    msgpack_sbuffer_destroy(&buffer);
    return bytes;
}

struct Answer {
    uint32_t msgid;
    std::string error;   // empty: none
    std::string result;  // encoded again, by the same packer
};

void pack_object_as_read(msgpack_packer* packer, const msgpack_object& object) {
    switch (object.type) {
        case MSGPACK_OBJECT_STR: raw(packer, std::string(object.via.str.ptr, object.via.str.size)); break;
        case MSGPACK_OBJECT_BIN: raw(packer, std::string(object.via.bin.ptr, object.via.bin.size)); break;
        case MSGPACK_OBJECT_ARRAY:
            msgpack_pack_array(packer, object.via.array.size);
            for (uint32_t i = 0; i < object.via.array.size; i++) pack_object_as_read(packer, object.via.array.ptr[i]);
            break;
        case MSGPACK_OBJECT_MAP:
            msgpack_pack_map(packer, object.via.map.size);
            for (uint32_t i = 0; i < object.via.map.size; i++) {
                pack_object_as_read(packer, object.via.map.ptr[i].key);
                pack_object_as_read(packer, object.via.map.ptr[i].val);
            }
            break;
        // A server may give a float32 back as a float64: the number is what counts.
        case MSGPACK_OBJECT_FLOAT32: msgpack_pack_double(packer, object.via.f64); break;
        case MSGPACK_OBJECT_EXT: throw std::runtime_error("an ext: jubatus' client gives up here");
        default: msgpack_pack_object(packer, object);
    }
}

class Client {
public:
    Client(std::string host, int port) : host_(std::move(host)), port_(port) { connect(); }
    ~Client() { disconnect(); }

    void connect() {
        disconnect();
        fd_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<uint16_t>(port_));
        inet_pton(AF_INET, host_.c_str(), &address.sin_addr);
        timeval timeout{10, 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        int on = 1;
        setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("no connection");
        msgpack_unpacker_init(&unpacker_, 65536);
        connected_ = true;
    }

    uint32_t request(const std::string& method, const Write& params) {
        uint32_t msgid = next_++;
        send(encode([&](msgpack_packer* packer) {
            msgpack_pack_array(packer, 4);
            msgpack_pack_int(packer, 0);
            msgpack_pack_uint32(packer, msgid);
            raw(packer, method);
            params(packer);
        }));
        return msgid;
    }

    void notify(const std::string& method, const Write& params) {
        send(encode([&](msgpack_packer* packer) {
            msgpack_pack_array(packer, 3);
            msgpack_pack_int(packer, 2);
            raw(packer, method);
            params(packer);
        }));
    }

    std::string call(const std::string& method, const Write& params) {
        uint32_t msgid = request(method, params);
        Answer answer = receive();
        if (answer.msgid != msgid) throw std::runtime_error("answer to another request");
        if (!answer.error.empty()) throw RemoteError(answer.error);
        return answer.result;
    }

    Answer receive() {
        msgpack_unpacked message;
        msgpack_unpacked_init(&message);
        for (;;) {
            msgpack_unpack_return status = msgpack_unpacker_next(&unpacker_, &message);
            if (status == MSGPACK_UNPACK_SUCCESS) break;
            if (status != MSGPACK_UNPACK_CONTINUE) throw std::runtime_error("cannot read the answer");
            msgpack_unpacker_reserve_buffer(&unpacker_, 65536);
            ssize_t count = recv(fd_, msgpack_unpacker_buffer(&unpacker_), msgpack_unpacker_buffer_capacity(&unpacker_), 0);
            if (count <= 0) throw std::runtime_error("the server closed");
            msgpack_unpacker_buffer_consumed(&unpacker_, static_cast<size_t>(count));
        }
        Answer answer = read(message.data);
        msgpack_unpacked_destroy(&message);
        return answer;
    }

    void make_server_close() {
        send("\xc1");
        char byte;
        if (recv(fd_, &byte, 1, 0) > 0) throw std::runtime_error("still open after c1");
    }

private:
    static Answer read(const msgpack_object& message) {
        if (message.type != MSGPACK_OBJECT_ARRAY || message.via.array.size != 4) throw std::runtime_error("no response");
        const msgpack_object* items = message.via.array.ptr;
        if (items[0].via.u64 != 1 || items[1].type != MSGPACK_OBJECT_POSITIVE_INTEGER) throw std::runtime_error("no response");
        Answer answer{static_cast<uint32_t>(items[1].via.u64), "", ""};
        const msgpack_object& error = items[2];
        if (error.type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
            answer.error = error.via.u64 == 1 ? "1: no such method" : error.via.u64 == 2 ? "2: wrong params" : std::to_string(error.via.u64);
        } else if (error.type == MSGPACK_OBJECT_STR) {
            answer.error = "text: " + std::string(error.via.str.ptr, error.via.str.size);
        } else if (error.type != MSGPACK_OBJECT_NIL) {
            throw std::runtime_error("an error that is neither an integer nor a text");
        }
        answer.result = encode([&](msgpack_packer* packer) { pack_object_as_read(packer, items[3]); });
        return answer;
    }

    void send(const std::string& bytes) {
        for (size_t at = 0; at < bytes.size();) {
            ssize_t count = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
            if (count <= 0) throw std::runtime_error("cannot send");
            at += static_cast<size_t>(count);
        }
    }

    void disconnect() {
        if (!connected_) return;
        close(fd_);
        msgpack_unpacker_destroy(&unpacker_);
        connected_ = false;
    }

    std::string host_;
    int port_;
    int fd_ = -1;
    bool connected_ = false;
    uint32_t next_ = 1;
    msgpack_unpacker unpacker_{};
};

void same(const std::string& actual, const std::string& expected) {
    if (actual != expected) throw std::runtime_error("other bytes came back: " + std::to_string(actual.size()) + " instead of " + std::to_string(expected.size()));
}

void echo(Client& client, const Write& value) {
    same(client.call("echo", [&](msgpack_packer* packer) { msgpack_pack_array(packer, 1); value(packer); }), encode(value));
}

Write text(std::string value) {
    return [value = std::move(value)](msgpack_packer* packer) { raw(packer, value); };
}

Write two(int x, int y) {
    return [=](msgpack_packer* packer) { msgpack_pack_array(packer, 2); msgpack_pack_int(packer, x); msgpack_pack_int(packer, y); };
}

std::string number(int value) {
    return encode([=](msgpack_packer* packer) { msgpack_pack_int(packer, value); });
}

void sum(Client& client) { same(client.call("sum", two(1, 2)), number(3)); }

void fails(Client& client, const std::string& expected, const std::string& method, const Write& params) {
    try {
        client.call(method, params);
    } catch (const RemoteError& e) {
        if (std::string(e.what()).find(expected) == std::string::npos) throw std::runtime_error(std::string("error ") + e.what());
        return;
    }
    throw std::runtime_error("a result instead of an error");
}

std::string all_bytes(int times) {
    std::string bytes;
    for (int i = 0; i < 256 * times; i++) bytes.push_back(static_cast<char>(i & 255));
    return bytes;
}

void integers(Client& client) {
    for (uint64_t value : {0ull, 1ull, 127ull, 128ull, 255ull, 256ull, 65535ull, 65536ull, 4294967295ull, 4294967296ull, 9223372036854775807ull,
                           9223372036854775808ull, 18446744073709551615ull}) {
        echo(client, [=](msgpack_packer* packer) { msgpack_pack_uint64(packer, value); });
    }
    for (int64_t value : {-1ll, -32ll, -33ll, -128ll, -129ll, -32768ll, -32769ll, -2147483648ll, -2147483649ll, std::numeric_limits<long long>::min()}) {
        echo(client, [=](msgpack_packer* packer) { msgpack_pack_int64(packer, value); });
    }
}

void nested(Client& client) {
    echo(client, [](msgpack_packer* packer) {
        msgpack_pack_map(packer, 2);
        raw(packer, "a");
        msgpack_pack_array(packer, 3);
        msgpack_pack_int(packer, 1);
        msgpack_pack_array(packer, 0);
        msgpack_pack_map(packer, 0);
        raw(packer, "c");
        msgpack_pack_map(packer, 1);
        raw(packer, "d");
        msgpack_pack_nil(packer);
    });
}

void concurrent(Client& client) {
    std::map<uint32_t, std::string> expected;
    for (int i = 0; i < 1000; i++) expected[client.request("sum", two(i, 1))] = number(i + 1);
    while (!expected.empty()) {
        Answer answer = client.receive();
        same(answer.result, expected.at(answer.msgid));
        expected.erase(answer.msgid);
    }
}

const std::vector<std::pair<const char*, std::function<void(Client&)>>> cases = {
    {"sum", sum},
    {"error", [](Client& c) { fails(c, "text: boom", "fail", [](msgpack_packer* p) { msgpack_pack_array(p, 1); raw(p, "boom"); }); }},
    {"unknown_method", [](Client& c) { fails(c, "1: no such method", "nosuch", two(1, 2)); fails(c, "2: wrong params", "echo", two(1, 2)); sum(c); }},
    {"text_ascii", [](Client& c) { echo(c, text("hello")); }},
    {"text_japanese", [](Client& c) { echo(c, text("こんにちは、世界。")); }},
    {"text_40", [](Client& c) { echo(c, text(std::string(40, 'x'))); }},
    {"text_70000", [](Client& c) { echo(c, text(std::string(70000, 'x'))); }},
    {"binary_all_bytes", [](Client& c) { echo(c, text(all_bytes(1))); }},
    {"binary_1mib", [](Client& c) { echo(c, text(all_bytes(4096))); }},
    {"nested", nested},
    {"integers", integers},
    {"float32", [](Client& c) {
         std::string result = c.call("echo", [](msgpack_packer* p) { msgpack_pack_array(p, 1); msgpack_pack_float(p, 0.5F); });
         same(result, encode([](msgpack_packer* p) { msgpack_pack_double(p, 0.5); }));
     }},
    {"float64", [](Client& c) { echo(c, [](msgpack_packer* p) { msgpack_pack_double(p, 3.141592653589793); }); }},
    {"nil", [](Client& c) { echo(c, [](msgpack_packer* p) { msgpack_pack_nil(p); }); }},
    {"booleans", [](Client& c) {
         echo(c, [](msgpack_packer* p) { msgpack_pack_true(p); });
         echo(c, [](msgpack_packer* p) { msgpack_pack_false(p); });
     }},
    {"ext", [](Client&) { throw Skip("jubatus knows no ext"); }},
    {"timestamp", [](Client&) { throw Skip("jubatus knows no timestamp"); }},
    {"concurrent_1000", concurrent},
    {"notify_then_read", [](Client& c) {
         c.notify("set_x", [](msgpack_packer* p) { msgpack_pack_array(p, 1); msgpack_pack_int(p, 43); });
         same(c.call("get_x", [](msgpack_packer* p) { msgpack_pack_array(p, 0); }), number(43));
     }},
    {"reconnect", [](Client& c) { c.make_server_close(); c.connect(); sum(c); }},
};

bool run(Client& client, const char* name, const std::function<void(Client&)>& test) {
    const char* verdict = "ok";
    std::string detail;
    try {
        test(client);
    } catch (const Skip& e) {
        verdict = "skip";
        detail = e.what();
    } catch (const std::exception& e) {
        verdict = "fail";
        detail = e.what();
        client.connect();
    }
    std::printf("%s\t%s\t%s\n", name, verdict, detail.c_str());
    std::fflush(stdout);
    return std::strcmp(verdict, "fail") != 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4 || std::strcmp(argv[1], "client") != 0) {
        std::fprintf(stderr, "usage: jubatus client HOST PORT\n");
        return 2;
    }
    try {
        Client client(argv[2], std::stoi(argv[3]));
        bool ok = true;
        for (const auto& [name, test] : cases) ok = run(client, name, test) && ok;
        return ok ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
