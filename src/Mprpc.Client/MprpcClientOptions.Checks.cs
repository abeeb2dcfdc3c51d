using Mprpc.Client.Transports;
using Mprpc.Transports;

namespace Mprpc.Client;

/// <content>What the options may be.</content>
public sealed partial class MprpcClientOptions
{
    /// <exception cref="ArgumentException">The address is not valid, or an option contradicts the callback that connects.</exception>
    private void CheckConnecting()
    {
        if (ConnectCallback is not null)
        {
            string? idle = Tls is not null ? nameof(Tls) : ConfigureWebSocket is not null ? nameof(ConfigureWebSocket) : null;

            if (idle is not null)
            {
                throw new ArgumentException(
                    $"MprpcClientOptions.{idle} is set, and so is {nameof(ConnectCallback)}, which makes the transport: {idle} would have no effect. "
                    + "Set it up in the callback, and remove it from the options.");
            }

            return;
        }

        try
        {
            _ = Url is null ? null : RpcAddress.Parse(Url);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"MprpcClientOptions.Url is not the address of a server. {exception.Message}", exception);
        }
    }

    /// <summary>Returns the time; null also where it is infinite.</summary>
    private static TimeSpan? CheckTime(TimeSpan? value, string option, string none = "null")
    {
        if (value is not { } time || time == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        return time > TimeSpan.Zero && time <= MprpcCallOptions.LongestTimeout
            ? time
            : throw new ArgumentOutOfRangeException(
                option, time, $"MprpcClientOptions.{option} is {time}; allowed is any positive time up to 49 days, or {none} for none.");
    }

    private static void RequireAtLeast(long value, int least, string option)
    {
        if (value < least)
        {
            throw new ArgumentOutOfRangeException(option, value, $"MprpcClientOptions.{option} is {value}; allowed is {least} or more.");
        }
    }
}
