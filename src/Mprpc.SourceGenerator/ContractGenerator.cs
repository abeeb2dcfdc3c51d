using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Emitting;
using Mprpc.SourceGenerator.Model;
using Mprpc.SourceGenerator.Parsing;

namespace Mprpc.SourceGenerator;

/// <summary>Generates dispatchers for services, proxies for contracts, and what reads and writes the types that they send.</summary>
/// <remarks>
/// Syntax and symbols end where the models begin; an edit that changes no model stops there. What is wrong with a contract, <see cref="ContractAnalyzer"/>
/// says.
/// </remarks>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    internal const string DispatchersStep = "Dispatchers";
    internal const string ProxiesStep = "Proxies";
    internal const string ObjectsStep = "Objects";
    internal const string FormattersStep = "Formatters";
    internal const string ValuesStep = "Values";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ContractModel?> marked = context.SyntaxProvider.ForAttributeWithMetadataName(
            Names.ServiceAttribute, ContractParser.IsType, ContractParser.ParseMarked);
        IncrementalValuesProvider<ContractModel?> implementing = context.SyntaxProvider.CreateSyntaxProvider(
            ContractParser.MayImplementContract, ContractParser.ParseImplementing);
        IncrementalValuesProvider<ContractModel?> mapped = context.SyntaxProvider.CreateSyntaxProvider(
            ContractParser.MayBeMapping, ContractParser.ParseMapped);

        // A type may be found several times: marked, in parts, and mapped at many places.
        IncrementalValueProvider<EquatableArray<ContractModel>> contracts = marked.Collect().Combine(implementing.Collect()).Combine(mapped.Collect())
            .Select(static (found, _) => new EquatableArray<ContractModel>(
                found.Left.Left.Concat(found.Left.Right).Concat(found.Right).OfType<ContractModel>().Distinct()));

        IncrementalValuesProvider<(string File, DispatcherModel Model)> dispatchers = contracts
            .SelectMany(static (all, _) => Files(all.Select(contract => contract.Dispatcher).OfType<DispatcherModel>(), service => service.Identifier))
            .WithTrackingName(DispatchersStep);
        IncrementalValuesProvider<(string File, ProxyModel Model)> proxies = contracts
            .SelectMany(static (all, _) => Files(all.Select(contract => contract.Proxy).OfType<ProxyModel>(), proxy => proxy.Identifier))
            .WithTrackingName(ProxiesStep);
        IncrementalValuesProvider<(string File, FormatterModel Model)> objects = contracts
            .SelectMany(static (all, _) => Files(Formatters(all).Where(formatter => formatter.Object is not null), formatter => formatter.Object!.Identifier))
            .WithTrackingName(ObjectsStep);
        IncrementalValueProvider<EquatableArray<FormatterModel>> formatters = contracts
            .Select(static (all, _) => new EquatableArray<FormatterModel>(
                First(Formatters(all).Where(formatter => formatter.Object is null), formatter => formatter.Type)))
            .WithTrackingName(FormattersStep);
        IncrementalValueProvider<EquatableArray<KeyModel>> keys = contracts
            .Select(static (all, _) => new EquatableArray<KeyModel>(First(all.SelectMany(contract => contract.Keys), key => key.Type)));
        IncrementalValuesProvider<(string File, ValueModel Model)> values = contracts
            .SelectMany(static (all, _) => Files(all.SelectMany(contract => contract.Values), value => value.Identifier))
            .WithTrackingName(ValuesStep);

        context.RegisterSourceOutput(
            dispatchers, static (output, service) => output.AddSource($"{service.File}.Dispatcher.g.cs", DispatcherEmitter.Emit(service.Model)));
        context.RegisterSourceOutput(proxies, static (output, proxy) => output.AddSource($"{proxy.File}.Proxy.g.cs", ProxyEmitter.Emit(proxy.Model)));
        context.RegisterSourceOutput(
            objects, static (output, formatter) => output.AddSource($"{formatter.File}.Formatter.g.cs", ObjectEmitter.Emit(formatter.Model)));
        context.RegisterSourceOutput(values, static (output, value) => output.AddSource($"{value.File}.Value.g.cs", ValueEmitter.Emit(value.Model)));
        context.RegisterSourceOutput(formatters.Combine(keys), static (output, all) =>
        {
            if (all.Left.Length > 0)
            {
                output.AddSource("MprpcFormatters.g.cs", FormatterEmitter.Emit(all.Left, all.Right));
            }
        });
    }

    private static IEnumerable<FormatterModel> Formatters(EquatableArray<ContractModel> contracts) => contracts.SelectMany(contract => contract.Formatters);

    /// <summary>One file a model. File names do not differ in case only, types may.</summary>
    private static ImmutableArray<(string File, T Model)> Files<T>(IEnumerable<T> models, Func<T, string> identifier)
        => First(models, identifier)
            .GroupBy(identifier, StringComparer.OrdinalIgnoreCase)
            .SelectMany(same => same.Select((model, i) => (i == 0 ? identifier(model) : $"{identifier(model)}.{i + 1}", model)))
            .ToImmutableArray();

    /// <summary>One model an identifier, in an order that does not depend on where the source mentions it first.</summary>
    private static ImmutableArray<T> First<T>(IEnumerable<T> models, Func<T, string> identifier)
        => models.GroupBy(identifier, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.First())
            .ToImmutableArray();
}
