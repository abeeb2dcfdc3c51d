# frozen_string_literal: true

# Speaks as msgpack-rpc-ruby does: str8 and bin, msgids from 0, an error is a code with the result [message], and its client closes on anything
# that it has not asked for.
#   msgpack_rpc_peer.rb client HOST PORT      (listener profile: ruby)
#   msgpack_rpc_peer.rb server PORT
require "socket"
require "timeout"
require_relative "cases"

class RemoteError < StandardError; end

class RubyPeer
  def error_class = RemoteError
  def no_ext = nil

  def initialize(host, port)
    @host = host
    @port = port
    reconnect
  end

  def call(method, *params)
    id = send_request(method, params)
    take(id)
  end

  def call_many(method, rows)
    ids = rows.map { |row| send_request(method, row) }
    ids.map { |id| take(id) }
  end

  def notify(method, *params) = @socket.write(MessagePack.pack([2, method, params]))

  def make_server_close
    @socket.write("\xc1".b)
    raise "still open after c1" if Timeout.timeout(5) { @socket.read(1) }
  rescue Errno::ECONNRESET
    nil
  end

  def reconnect
    @socket&.close
    @socket = TCPSocket.new(@host, @port)
    @unpacker = MessagePack::Unpacker.new(@socket, allow_unknown_ext: true)
    @id = 0
    @answers = {}
  end

  private

  def send_request(method, params)
    id = @id
    @id = (@id + 1) & 0x7fffffff
    @socket.write(MessagePack.pack([0, id, method, params]))
    @answers[id] = nil
    id
  end

  def take(id)
    until @answers[id]
      type, msgid, error, result = Timeout.timeout(10) { @unpacker.read }
      raise "unasked for: #{[type, msgid].inspect}" unless type == 1 && @answers.key?(msgid)

      @answers[msgid] = [error, result]
    end
    error, result = @answers.delete(id)
    # A code with [message]; msgpack-rpc-ruby finds the class of a code that begins with a dot.
    raise RemoteError, "#{error} #{Array(result).first}" unless error.nil?

    result
  end
end

def answer(method, params)
  case method
  when "sum" then [nil, params.sum]
  when "echo" then [nil, params.first]
  when "slow"
    sleep(params.first / 1000.0)
    [nil, params.first]
  when "fail" then ["RuntimeError", [params.first]]
  else [".CallError.NoMethodError", ["Method not found: #{method}"]]
  end
end

def serve(port)
  server = TCPServer.new("127.0.0.1", port)
  puts "listening #{server.addr[1]}"
  $stdout.flush
  Timeout.timeout(120) do
    loop do
      Thread.new(server.accept) do |socket|
        MessagePack::Unpacker.new(socket, allow_unknown_ext: true).each do |type, id, method, params|
          next unless type.zero?

          error, result = answer(method, params)
          socket.write(MessagePack.pack([1, id, error, result]))
        end
      rescue EOFError, SystemCallError
        socket.close
      end
    end
  end
rescue Timeout::Error
  nil
end

ARGV[0] == "server" ? serve(Integer(ARGV[1])) : Cases.run(RubyPeer.new(ARGV[1], Integer(ARGV[2])))
