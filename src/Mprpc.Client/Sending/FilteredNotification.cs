using Mprpc.CompilerServices;

namespace Mprpc.Client.Sending;

/// <inheritdoc/>
/// <param name="sender">The client's.</param>
/// <param name="method">The method's wire name.</param>
/// <param name="notification">The method and the arguments.</param>
/// <param name="options">The notification's own options.</param>
/// <param name="isAwaited">Whether the caller waits until it is on its way; a void method cannot.</param>
internal sealed class FilteredNotification(FilteredSender sender, string method, MprpcWriter notification, MprpcCallOptions options, bool isAwaited)
    : FilteredCall(sender, method, notification, options)
{
    public override bool IsNotification => true;

    public override Type? ResultType => null;

    public override object? Result
    {
        get => null;
        set => throw new InvalidOperationException($"The notification '{Method}' has no result. Do not set one.");
    }

    public override ValueTask SendAsync() => Sender.NotifyFilteredAsync(Method, Write(), Options, isAwaited);
}
