// The room on a page. The names on the wire are those of IChat and IChatScreen.
const element = (id) => document.getElementById(id);
const status = (text) => (element("status").textContent = text);

const library = await import("@mprpc/client").catch(() => undefined);

if (library === undefined) {
  status("The TypeScript client is not built. Run npm ci --ignore-scripts and npm run build in clients/typescript, then reload this page.");
} else {
  start(new library.MprpcClient(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/rpc`));
}

function start(client) {
  const chat = client.as("chat", { history: "stream" });
  const here = new Set();
  let name;
  let held; // what is said while the history is read
  let last = 0;

  // Before the client connects: a server calls only clients that have said that they serve.
  client.serve("screen", {
    show: (message) => void (held === undefined ? write(message) : held.push(message)),
    presence: (who, isHere) => {
      isHere ? here.add(who) : here.delete(who);
      showHere();
    },
  });

  // The client connects again by itself; the new connection is not in the room yet.
  client.onReconnected(() => name !== undefined && attempt(join));
  client.onStateChanged((state) => status(state === "connected" ? "" : `The connection is ${state}.`));

  element("join").addEventListener("submit", (event) => {
    event.preventDefault();
    name = element("name").value;
    void attempt(async () => {
      await join();
      element("join").hidden = true;
      element("room").hidden = false;
      element("text").focus();
    });
  });

  element("say").addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(async () => {
      await chat.say(element("text").value);
      element("text").value = "";
    });
  });

  element("join").querySelector("button").disabled = false;

  // First what was missed, then what was said meanwhile: each message once, in order.
  async function join() {
    held = [];
    await chat.join(name);

    for await (const message of chat.history(last)) {
      write(message);
    }

    held.forEach(write);
    held = undefined;
    here.clear();
    (await chat.whoIsHere()).forEach((who) => here.add(who));
    showHere();
  }

  function write(message) {
    if (message.Number <= last) {
      return;
    }

    last = message.Number;
    const line = document.createElement("li");
    line.textContent = `${message.From}: ${message.Text}`; // as text: what others write is never markup
    line.title = message.At.toLocaleString();
    element("messages").append(line);
    line.scrollIntoView();
  }

  function showHere() {
    element("here").textContent = [...here].sort().join(", ");
  }
}

async function attempt(action) {
  try {
    status("");
    await action();
  } catch (error) {
    status(error.message);
  }
}
