# frozen_string_literal: true

require "msgpack"

# The named cases, for every peer in Ruby.
module Cases
  class Skip < StandardError; end

  INTEGERS = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1,
              -1, -32, -33, -128, -129, -32_768, -32_769, -2**31, -2**31 - 1, -2**63].freeze
  ALL_BYTES = (0..255).to_a.pack("C*").freeze

  module_function

  def same(actual, expected)
    return if actual == expected && (!expected.is_a?(String) || actual.encoding == expected.encoding)

    raise "#{actual.inspect[0, 80]} instead of #{expected.inspect[0, 80]}"
  end

  def echo(peer, value)
    same(peer.call("echo", value), value)
  end

  def expect_error(peer, contains, method, *params)
    begin
      result = peer.call(method, *params)
    rescue peer.error_class => e
      raise "error #{e.message.inspect} does not say #{contains}" unless e.message.include?(contains) && !e.message.empty?

      return
    end
    raise "result #{result.inspect} instead of an error"
  end

  ALL = {
    "sum" => ->(p) { same(p.call("sum", 1, 2), 3) },
    "error" => ->(p) { expect_error(p, "boom", "fail", "boom") },
    "unknown_method" => lambda { |p|
      expect_error(p, "", "nosuch", 1)
      same(p.call("sum", 1, 2), 3)
    },
    "text_ascii" => ->(p) { echo(p, "hello") },
    "text_japanese" => ->(p) { echo(p, "こんにちは、世界。") },
    "text_40" => ->(p) { echo(p, "x" * 40) },
    "text_70000" => ->(p) { echo(p, "x" * 70_000) },
    "binary_all_bytes" => ->(p) { echo(p, ALL_BYTES) },
    "binary_1mib" => ->(p) { echo(p, ALL_BYTES * 4096) },
    "nested" => ->(p) { echo(p, { "a" => [1, { "b" => [[], {}, [2, [3, nil]]] }], "c" => { "d" => { "e" => "f" } } }) },
    "integers" => ->(p) { INTEGERS.each { |value| echo(p, value) } },
    "float32" => ->(p) { echo(p, 0.5) },
    "float64" => ->(p) { echo(p, 3.141592653589793) },
    "nil" => ->(p) { echo(p, nil) },
    "booleans" => ->(p) { [true, false].each { |value| echo(p, value) } },
    "ext" => lambda { |p|
      raise Skip, p.no_ext if p.no_ext

      echo(p, MessagePack::ExtensionValue.new(5, "\x01\x02\x03".b))
    },
    "timestamp" => lambda { |p|
      raise Skip, p.no_ext if p.no_ext

      echo(p, MessagePack::ExtensionValue.new(-1, [1_700_000_000].pack("N")))
    },
    "concurrent_1000" => ->(p) { same(p.call_many("sum", (0...1000).map { |i| [i, 1] }), (1..1000).to_a) },
    "notify_then_read" => lambda { |p|
      p.notify("set_x", 43)
      same(p.call("get_x"), 43)
    },
    "reconnect" => lambda { |p|
      p.make_server_close
      p.reconnect
      same(p.call("sum", 1, 2), 3)
    }
  }.freeze

  def run(peer)
    failed = false
    ALL.each do |name, test|
      begin
        test.call(peer)
        verdict = "ok"
        detail = ""
      rescue Skip => e
        verdict = "skip"
        detail = e.message
      rescue StandardError => e
        verdict = "fail"
        detail = "#{e.class}: #{e.message}"
        failed = true
        begin
          peer.reconnect
        rescue StandardError
          nil
        end
      end
      puts "#{name}\t#{verdict}\t#{detail.scrub.split.join(' ')[0, 300]}"
      $stdout.flush
    end
    exit(failed ? 1 : 0)
  end
end
