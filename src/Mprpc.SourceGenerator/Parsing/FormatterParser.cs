using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Collects the types that a contract sends, and how each is formatted without reflection.</summary>
internal sealed class FormatterParser(Compilation compilation)
{
    public const string Formatter = "MessagePack.MessagePackFormatterAttribute";

    private readonly HashSet<ITypeSymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly List<FormatterModel> _found = [];
    private readonly List<(ITypeSymbol Type, string Reason)> _refused = [];
    private readonly Dictionary<ITypeSymbol, ParsedObject> _objects = new(SymbolEqualityComparer.Default);
    private readonly List<ITypeSymbol> _sent = [];
    private readonly List<ITypeSymbol> _noData = [];

    public IReadOnlyList<FormatterModel> Found => _found;

    /// <summary>The types that are left to reflection, and why.</summary>
    public IReadOnlyList<(ITypeSymbol Type, string Reason)> Refused => _refused;

    /// <summary>The types that are no data, and are neither read nor written.</summary>
    public IReadOnlyList<ITypeSymbol> NoData => _noData;

    /// <summary>The types whose formatters are generated from their members.</summary>
    public IReadOnlyDictionary<ITypeSymbol, ParsedObject> Objects => _objects;

    /// <summary>The types of parameters and results themselves.</summary>
    public IEnumerable<ITypeSymbol> Sent => _sent;

    public void AddSignatures(INamedTypeSymbol contract)
    {
        foreach (IMethodSymbol method in PublishedMethods.Of(contract).Where(method => !MethodRules.IsRefused(method)))
        {
            foreach (IParameterSymbol parameter in method.Parameters.Where(parameter => MethodParser.SourceOf(parameter) == ParameterSource.Wire))
            {
                AddSent(parameter.Type);
            }

            if (MethodParser.ReturnOf(method).Result is { } result)
            {
                AddSent(result);
            }
        }
    }

    private void AddSent(ITypeSymbol type)
    {
        _sent.Add(type);
        Add(type);
    }

    private void Add(ITypeSymbol type)
    {
        type = type.WithNullableAnnotation(NullableAnnotation.None);

        if (BuiltInFormatters.Covers(type) || !_seen.Add(type))
        {
            return;
        }

        if (type.TypeKind is TypeKind.TypeParameter or TypeKind.Error)
        {
            return;
        }

        if (NotData.Is(type))
        {
            _noData.Add(type);
            return;
        }

        if (Reach.WhyNot(type, compilation) is { } reason)
        {
            _refused.Add((type, reason));
            return;
        }

        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum } && type.Attribute(Formatter) is { } attribute)
        {
            AddAttributed((INamedTypeSymbol)type, attribute);
            return;
        }

        if (CollectionFormatters.Of(type) is { } collection)
        {
            _found.Add(new FormatterModel(TypeText.Plain(type), collection.Expression, Object: null));
            collection.Elements.ForEach(Add);
            return;
        }

        AddOwn(type);
    }

    private void AddOwn(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol named)
        {
            _refused.Add((type, "its kind of type has no formatter"));
        }
        else if (named.Attribute(Formatter) is { } attribute)
        {
            AddAttributed(named, attribute);
        }
        else
        {
            AddObject(named);
        }
    }

    private void AddObject(INamedTypeSymbol type)
    {
        var parser = new ObjectParser(type, compilation);

        if (parser.Parse() is not { } model)
        {
            _refused.Add((type, parser.Reason));
            return;
        }

        _found.Add(new FormatterModel(TypeText.Plain(type), Expression: null, model));
        _objects.Add(type, new ParsedObject(model, [.. parser.MemberTypes]));

        foreach (ITypeSymbol member in parser.MemberTypes)
        {
            Add(member);
        }
    }

    private void AddAttributed(INamedTypeSymbol type, AttributeData attribute)
    {
        string[] arguments = attribute.ConstructorArguments.Length < 2 ? [] : [.. attribute.ConstructorArguments[1].Values.Select(DefaultValue.Of).OfType<string>()];

        if (attribute.ConstructorArguments.FirstOrDefault().Value is INamedTypeSymbol { IsUnboundGenericType: false } formatter
            && Reach.WhyNot(formatter, compilation) is null
            && formatter.InstanceConstructors.Any(constructor => constructor.Parameters.Length == arguments.Length && compilation.IsSymbolAccessibleWithin(constructor, compilation.Assembly)))
        {
            _found.Add(new FormatterModel(TypeText.Plain(type), $"new {TypeText.Plain(formatter)}({string.Join(", ", arguments)})", Object: null));
        }
        else
        {
            _refused.Add((type, "its [MessagePackFormatter] cannot be constructed by generated code"));
        }
    }
}
