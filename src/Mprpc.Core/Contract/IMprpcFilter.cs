namespace Mprpc;

/// <summary>Stands around the calls of a method: may look at and change arguments and result, answer in the method's place, and see what it throws.</summary>
/// <remarks>
/// Filters run in the order of <see cref="MprpcFilterAttribute.Order"/> (0 where they have none); among equal ones the server's stand outside, then the
/// service's, then the method's, each as they were added. They run after rate limits and authorization. One object serves many calls at once where it is
/// registered as a singleton, given as an object, or an attribute.
/// </remarks>
public interface IMprpcFilter
{
    /// <summary>
    /// Runs for one call. To let it go on, await <paramref name="next"/>; to answer in the method's place, set <see cref="MprpcInvocation.Result"/> and do not
    /// call it, or throw.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="next">The next filter, or the method. Throws what the method throws. To be called at most once.</param>
    ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next);
}
