namespace Mprpc.Connections;

/// <summary>What a <see cref="Heartbeat"/> calls once a second.</summary>
internal interface ITicking
{
    void OnTick();
}
