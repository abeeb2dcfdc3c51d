using Mprpc;
using Mprpc.Client;
using Neovim;

// A neovim plugin in C#. neovim calls it, and while it answers, it calls neovim.
//
//   let ch = jobstart(['dotnet', 'run', '--project', 'samples/Neovim'], {'rpc': v:true})
//   echo rpcrequest(ch, 'count_words')
//
// or over TCP or a Unix socket, with neovim listening (nvim --listen 127.0.0.1:7777): dotnet run --project samples/Neovim tcp://127.0.0.1:7777
var options = new MprpcClientOptions()
    .UsePeer(MprpcPeer.Neovim)
    .AddHandlers(new Plugin());

await using MprpcClient nvim = args is [var url]
    ? await MprpcClient.ConnectAsync(url, options)
    : MprpcClient.FromStandardIO(options);

// Tells neovim on which channel we are: :echo rpcrequest(g:dotnet_channel, 'count_words')
object?[] api = await nvim.CallAsync<object?[]>("nvim_get_api_info");
await nvim.CallAsync("nvim_set_var", "dotnet_channel", Convert.ToInt32(api[0]));

// The standard output belongs to the protocol: what is for people goes to the standard error.
Console.Error.WriteLine($"Serving neovim on channel {api[0]}.");
await nvim.WaitForDisconnectAsync();
