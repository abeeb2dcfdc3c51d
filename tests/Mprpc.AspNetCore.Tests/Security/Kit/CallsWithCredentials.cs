using System.Globalization;
using System.Text;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security.Kit;

/// <summary>Calls that bring a credential of their own.</summary>
internal static class CallsWithCredentials
{
    public const string Key = "authorization";

    public static MprpcClient CreateExtendedClient(this RpcHost host)
        => new($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = MprpcExtensions.Always });

    public static MprpcCallOptions As(string token) => With($"Bearer {token}");

    public static MprpcCallOptions With(string value) => new() { Metadata = new MprpcMetadata { [Key] = value } };

    /// <summary>The code of the error that a call ends with; null where it succeeds.</summary>
    public static async Task<string?> CodeOfAsync(this MprpcClient client, string method, MprpcCallOptions options)
    {
        try
        {
            await client.CallAsync<MprpcRaw>(method, options).InTime();
            return null;
        }
        catch (MprpcRemoteException exception)
        {
            return exception.Code ?? exception.Message;
        }
    }

    /// <summary>The hexadecimal of <c>[0, id, "$/call", [{"meta": {"authorization": value}}, method, []]]</c>.</summary>
    public static string Request(int id, string value, string method) => Request(id, $"81 {Text(Key)} {Text(value)}", method, options: 1);

    /// <summary>The same with all of the metadata, and the end of the options.</summary>
    public static string Request(int id, string metadata, string method, int options, string rest = "")
        => string.Create(CultureInfo.InvariantCulture, $"94 00 {id:x2} {Text("$/call")} 93 8{options} {Text("meta")} {metadata} {rest} {Text(method)} 90 ");

    public static string Notification(string value, string method)
        => $"93 02 {Text("$/call")} 93 81 {Text("meta")} 81 {Text(Key)} {Text(value)} {Text(method)} 90 ";

    public static string Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return (utf8.Length < 32 ? $"{0xa0 | utf8.Length:x2}" : $"da {utf8.Length:x4}") + Hex.Text(utf8);
    }
}
