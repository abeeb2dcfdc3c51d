# frozen_string_literal: true

# ruby-neovim's own session as a client.   neovim_peer.rb client HOST PORT     (listener profile: neovim)
require "neovim/event_loop"
require "neovim/session"
require_relative "cases"

class NeovimPeer
  # Session raises the message of the pair [code, message] as a RuntimeError.
  def error_class = RuntimeError
  def no_ext = "ruby-neovim reads ext only as neovim's own handles"

  def initialize(host, port)
    @host = host
    @port = port
    reconnect
  end

  def call(method, *params) = @session.request(method, *params)

  # What it writes stays in its packer until it reads: a notification goes out with the next request.
  def notify(method, *params) = @session.notify(method, *params)

  def call_many(*)
    raise Cases::Skip, "one call at a time outside a callback"
  end

  def make_server_close
    @connection.instance_variable_get(:@wr).write("\xc1".b)
    begin
      @session.request("sum", 1, 2)
    rescue Neovim::Session::Exited, SystemCallError, IOError
      return
    end
    raise "still answered after c1"
  end

  def reconnect
    @connection = Neovim::Connection.tcp(@host, @port)
    @session = Neovim::Session.new(Neovim::EventLoop.new(@connection))
  end
end

Cases.run(NeovimPeer.new(ARGV[1], Integer(ARGV[2])))
