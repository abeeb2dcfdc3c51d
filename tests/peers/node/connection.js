'use strict';

const net = require('node:net');

/** Connects; what the socket says after that is the peer's to judge. */
function open(host, port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true }, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Sends a byte that no message has and waits for the server's close. */
function makeServerClose(socket) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('still open after c1')), 5000);
    socket.once('close', () => { clearTimeout(timer); resolve(); });
    socket.write(Buffer.from([0xc1]));
  });
}

/** One connection after the other, each given to `attach`; ends by itself. */
function serve(port, attach) {
  const server = net.createServer((socket) => { socket.on('error', () => {}); attach(socket); });
  server.listen(port, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
  setTimeout(() => process.exit(0), 120000);
}

/** The methods that a peer's server offers. */
function answer(method, params, response) {
  switch (method) {
    case 'sum': return response.send(params[0] + params[1]);
    case 'echo': return response.send(params[0]);
    case 'fail': return response.send(params[0], true);
    case 'slow': return void setTimeout(() => response.send(params[0]), params[0]);
    default: return response.send(`No method ${method}`, true);
  }
}

module.exports = { open, makeServerClose, serve, answer };
