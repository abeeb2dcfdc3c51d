'use strict';

// npm's msgpack5rpc.   node msgpack5rpc_peer.js client HOST PORT | server PORT
const Session = require('msgpack5rpc');
const { open, makeServerClose, serve, answer } = require('./connection');
const { Skip, run } = require('./cases');

class Peer {
  constructor(host, port) { this.host = host; this.port = port; }

  async connect() {
    if (this.socket) this.socket.destroy();
    this.socket = await open(this.host, this.port);
    this.session = new Session();
    this.session.attach(this.socket, this.socket);
  }

  call(method, params) {
    return new Promise((resolve, reject) => {
      // Truthiness is how its users test for an error.
      this.session.request(method, params, (error, result) => (error ? reject(error) : resolve(result)));
    });
  }

  notify(method, params) { this.session.notify(method, params); }

  // msgpack5 3.6 writes all that is in float32's range as a float32, 0.1 and pi as well.
  get float64() { return 1e300; }

  async ext() { throw new Skip('msgpack5 3.6 refuses an ext that has no registered type'); }

  async timestamp() { throw new Skip('msgpack5 3.6 refuses an ext that has no registered type'); }

  makeServerClose() { return makeServerClose(this.socket); }
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'server') {
  serve(Number(rest[0]), (socket) => {
    const session = new Session();
    session.attach(socket, socket);
    session.on('request', answer);
  });
} else {
  run(new Peer(rest[0], Number(rest[1])));
}
