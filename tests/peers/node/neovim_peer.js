'use strict';

// npm's neovim: its transport over @msgpack/msgpack.   node neovim_peer.js client HOST PORT | server PORT
const assert = require('node:assert');
const { Transport } = require('neovim/lib/utils/transport');
const { ExtData } = require('@msgpack/msgpack');
const { open, makeServerClose, serve, answer } = require('./connection');
const { echo, run } = require('./cases');

// Its decoder throws out of a promise that nobody holds, when the server has closed in the middle: not this peer's business.
process.on('unhandledRejection', () => {});

class Peer {
  constructor(host, port) { this.host = host; this.port = port; }

  async connect() {
    if (this.socket) this.socket.destroy();
    this.socket = await open(this.host, this.port);
    this.transport = new Transport();
    this.transport.attach(this.socket, this.socket, null);
  }

  call(method, params) {
    return new Promise((resolve, reject) => {
      this.transport.request(method, params, (error, result) => (error ? reject(error) : resolve(result)));
    });
  }

  notify(method, params) { this.transport.notify(method, params); }

  async ext() {
    const { type, data } = await this.call('echo', [new ExtData(5, Uint8Array.of(1, 2, 3))]);
    assert.deepStrictEqual([type, ...data], [5, 1, 2, 3]);
  }

  async timestamp() {
    await echo(this, new Date(1000));
    await echo(this, new Date(1700000000123));
    await echo(this, new Date(-999));
  }

  makeServerClose() { return makeServerClose(this.socket); }
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'server') {
  serve(Number(rest[0]), (socket) => {
    const transport = new Transport();
    transport.attach(socket, socket, null);
    transport.on('request', answer);
  });
} else {
  run(new Peer(rest[0], Number(rest[1])));
}
