using Mprpc.Reliability.Pair;

// serve poller|portable FOLDER: prints its addresses, runs until its input ends.
// drive poller|portable CONTROL-URL: a cell a line, its outcome a line.
// The switch has to be set before the first socket.
AppContext.SetSwitch("Mprpc.Sockets.UsePoller", args[1] == "poller");

if (args[0] == "serve")
{
    await ServerEnd.RunAsync(args[2]);
}
else
{
    await ClientEnd.RunAsync(args[2]);
}
