namespace Mprpc.AspNetCore.Endpoints;

/// <summary>How an endpoint speaks to its peers, and whom it describes its methods to.</summary>
/// <param name="OldSpec">Whether text and bytes are written as before MessagePack had str8, bin and ext.</param>
/// <param name="ErrorShape">What errors look like.</param>
/// <param name="ResponseOrder">In which order requests are answered.</param>
/// <param name="Extensions">Whether peers may use the extensions of the protocol.</param>
/// <param name="Inspect">Who may ask for the description of methods.</param>
internal sealed record EndpointDialect(
    bool OldSpec, MprpcErrorShape ErrorShape, MprpcResponseOrder ResponseOrder, bool Extensions, MprpcInspect Inspect)
{
    /// <summary>All that the protocol has: for peers that the application itself connects in memory.</summary>
    public static EndpointDialect Full { get; }
        = new(OldSpec: false, MprpcErrorShape.Map, MprpcResponseOrder.AsCompleted, Extensions: true, MprpcInspect.Everyone);

    /// <summary>What an endpoint's options say.</summary>
    /// <exception cref="InvalidOperationException">They say what there is not.</exception>
    public static EndpointDialect Of(MprpcEndpointOptions endpoint, bool isDevelopment)
    {
        MprpcInspect inspect = endpoint.Inspect ?? (isDevelopment ? MprpcInspect.Everyone : MprpcInspect.Off);

        if (!Enum.IsDefined(inspect))
        {
            throw new InvalidOperationException(
                $"{endpoint.Origin} has Inspect (MprpcEndpointOptions.Inspect) set to {inspect}; "
                + $"allowed are {string.Join(", ", Enum.GetNames<MprpcInspect>())}, or null for the default.");
        }

        return new EndpointDialect(endpoint.OldSpec, endpoint.ErrorShape, endpoint.ResponseOrder, endpoint.Extensions, inspect);
    }
}
