using Mprpc.AspNetCore;
using Mprpc.Client;

namespace Mprpc.Interop.Tests.Options;

/// <summary>The presets are what docs/interop.md says.</summary>
public sealed class PresetTests
{
    public static TheoryData<string> Names => [.. MprpcPeer.All.Select(peer => peer.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Preset_OfEachPeer_SetsWhatTheDocumentSays(string name)
    {
        MprpcPeer peer = MprpcPeer.All.Single(peer => peer.Name == name);

        string[] row = InteropDocument.TableUnder("## Presets").Single(row => row[0] == name);

        Assert.Equal(
            [
                name, peer.OldSpec ? "yes" : "no", $"{peer.ErrorShape}", $"{peer.ResponseOrder}", Limit(peer.MaxInFlightPerConnection),
                Limit(peer.MaxCallsPerConnection),
            ],
            row);
    }

    [Fact]
    public void Presets_InTheDocument_AreThoseThatThereAre()
    {
        Assert.Equal(
            MprpcPeer.All.Select(peer => peer.Name).Order(StringComparer.Ordinal),
            InteropDocument.TableUnder("## Presets").Select(row => row[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void UsePeer_OnAClientAndAListener_SetsAllOptions(string name)
    {
        MprpcPeer peer = MprpcPeer.All.Single(peer => peer.Name == name);

        MprpcClientOptions client = new MprpcClientOptions().UsePeer(peer);
        MprpcEndpointOptions listener = new MprpcEndpointOptions().UsePeer(peer);

        Assert.Equal(
            (peer.OldSpec, peer.ErrorShape, peer.ResponseOrder, peer.MaxInFlightPerConnection, peer.MaxCallsPerConnection),
            (client.OldSpec, client.ErrorShape, client.ResponseOrder, client.MaxInFlightPerConnection, client.MaxCallsPerConnection));
        Assert.Equal((peer.OldSpec, peer.ErrorShape, peer.ResponseOrder), (listener.OldSpec, listener.ErrorShape, listener.ResponseOrder));
    }

    private static string Limit(int value) => value == int.MaxValue ? "no limit" : $"{value}";
}
