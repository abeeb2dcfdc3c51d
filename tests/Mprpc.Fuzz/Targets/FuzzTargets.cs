namespace Mprpc.Fuzz.Targets;

/// <summary>The targets by their names.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<FuzzTarget>> s_all = new(StringComparer.Ordinal)
    {
        ["scanner"] = static () => new ScannerTarget(),
        ["binder"] = static () => new BinderTarget(),
        ["errors"] = static () => new ErrorsTarget(),
        ["login"] = static () => new LoginTarget(),
        ["control"] = static () => new ControlTarget(),
        ["extensions"] = static () => new ExtensionsTarget(),
        ["streams"] = static () => new StreamsTarget(),
        ["upgrade"] = static () => new UpgradeTarget(),
        ["sharedport"] = static () => new SharedPortTarget(),
        ["proxy"] = static () => new ProxyTarget(),
    };

    public static IEnumerable<string> Names => s_all.Keys;

    public static FuzzTarget Find(string name)
        => s_all.TryGetValue(name, out Func<FuzzTarget>? create)
            ? create()
            : throw new ArgumentException($"There is no target '{name}': {string.Join(", ", Names)}.", nameof(name));
}
