namespace Mprpc.SourceGenerator.Model;

/// <summary>All that one place in the source asks for.</summary>
internal sealed record ContractModel(
    DispatcherModel? Dispatcher,
    ProxyModel? Proxy,
    EquatableArray<FormatterModel> Formatters,
    EquatableArray<KeyModel> Keys,
    EquatableArray<ValueModel> Values);
