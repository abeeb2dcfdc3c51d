using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Collects the types that a contract sends, and how each is formatted without reflection.</summary>
internal sealed class FormatterParser(Compilation compilation)
{
    public const string Formatter = "MessagePack.MessagePackFormatterAttribute";

    private readonly HashSet<ITypeSymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly List<FormatterModel> _found = [];
    private readonly List<RefusedType> _refused = [];
    private readonly List<ObjectMember> _lost = [];
    private readonly KeyParser _keys = new(compilation);
    private readonly Dictionary<ITypeSymbol, IReadOnlyList<ITypeSymbol>> _contents = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ITypeSymbol, ParsedObject> _objects = new(SymbolEqualityComparer.Default);
    private readonly List<ITypeSymbol> _sent = [];
    private readonly List<ITypeSymbol> _noData = [];
    private readonly List<ITypeSymbol> _streams = [];

    public IReadOnlyList<FormatterModel> Found => _found;

    /// <summary>The types that stand as keys, and are hashed by their parts.</summary>
    public IEnumerable<KeyModel> Keys => _keys.Found;

    /// <summary>The members that hold something, and are not sent.</summary>
    public IReadOnlyList<ObjectMember> Lost => _lost;

    /// <summary>The types that are left to reflection, and why.</summary>
    public IReadOnlyList<RefusedType> Refused => _refused;

    /// <summary>The types that are no data, and are neither read nor written.</summary>
    public IReadOnlyList<ITypeSymbol> NoData => _noData;

    /// <summary>Streams that are members of what is sent, where none can stand.</summary>
    public IReadOnlyList<ITypeSymbol> Streams => _streams;

    /// <summary>The types whose formatters are generated from their members.</summary>
    public IReadOnlyDictionary<ITypeSymbol, ParsedObject> Objects => _objects;

    /// <summary>The types of parameters and results themselves, and of the items of those that are streams.</summary>
    public IEnumerable<ITypeSymbol> Sent => _sent;

    public void AddSignatures(INamedTypeSymbol contract)
    {
        foreach (IMethodSymbol method in PublishedMethods.Of(contract).Where(method => !MethodRules.IsRefused(method)))
        {
            foreach (IParameterSymbol parameter in method.Parameters.Where(parameter => MethodParser.SourceOf(parameter) == ParameterSource.Wire))
            {
                AddItem(MethodParser.ItemOf(parameter) ?? parameter.Type);
            }

            if (MethodParser.ReturnOf(method).Result is { } result)
            {
                AddItem(result);
            }
        }

        MarkRecursive();
    }

    /// <summary>What can contain itself counts its levels while it is written.</summary>
    private void MarkRecursive()
    {
        foreach (KeyValuePair<ITypeSymbol, ParsedObject> found in _objects.Where(found => TypeGraph.ContainsItself(found.Key, _contents)).ToList())
        {
            ObjectModel model = found.Value.Model with { IsRecursive = true };
            int index = _found.FindIndex(formatter => ReferenceEquals(formatter.Object, found.Value.Model));
            _found[index] = _found[index] with { Object = model };
            _objects[found.Key] = new ParsedObject(model, found.Value.MemberTypes, found.Value.DeclaredTypes);
        }
    }

    /// <summary>The items of a stream of bytes have no code of their own.</summary>
    private void AddItem(ITypeSymbol type)
    {
        if (!StreamRules.IsBytes(type))
        {
            AddSent(type);
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

        if (TypeGraph.IsEndless(type))
        {
            _refused.Add(new RefusedType(type, "its type arguments nest without end; give the member a type that does not grow", IsRefusedAtRunTime: false));
            return;
        }

        if (StreamRules.IsStream(type))
        {
            _streams.Add(type);
            return;
        }

        if (NotData.Is(type))
        {
            _noData.Add(type);
            return;
        }

        if (Reach.WhyNot(type, compilation) is { } reason)
        {
            _refused.Add(new RefusedType(type, reason, IsRefusedAtRunTime: false));
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
            _contents[type] = collection.Elements;
            collection.Elements.ForEach(Add);

            if (CollectionFormatters.KeyOf(type) is { } key)
            {
                _keys.Add(key);
            }

            return;
        }

        AddOwn(type);
    }

    private void AddOwn(ITypeSymbol type)
    {
        if (type is not INamedTypeSymbol named)
        {
            _refused.Add(new RefusedType(type, "its kind of type has no formatter; send a class, a struct or a collection", IsRefusedAtRunTime: true));
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
            _refused.Add(new RefusedType(type, parser.Reason, parser.IsRefusedAtRunTime));
            return;
        }

        _found.Add(new FormatterModel(TypeText.Plain(type), Expression: null, model));
        _lost.AddRange(parser.Lost);
        _objects.Add(type, new ParsedObject(model, [.. parser.MemberTypes], [.. parser.DeclaredTypes]));
        _contents[type] = [.. parser.MemberTypes];

        foreach (ITypeSymbol member in parser.MemberTypes)
        {
            Add(member);
        }
    }

    private void AddAttributed(INamedTypeSymbol type, AttributeData attribute)
    {
        string[] arguments = attribute.ConstructorArguments.Length < 2
            ? []
            : [.. attribute.ConstructorArguments[1].Values.Select(DefaultValue.Of).OfType<string>()];

        if (attribute.ConstructorArguments.FirstOrDefault().Value is INamedTypeSymbol { IsUnboundGenericType: false } formatter
            && Reach.WhyNot(formatter, compilation) is null
            && formatter.InstanceConstructors.Any(constructor => constructor.Parameters.Length == arguments.Length
                && compilation.IsSymbolAccessibleWithin(constructor, compilation.Assembly)))
        {
            _found.Add(new FormatterModel(TypeText.Plain(type), $"new {TypeText.Plain(formatter)}({string.Join(", ", arguments)})", Object: null));
        }
        else
        {
            _refused.Add(new RefusedType(type, "its [MessagePackFormatter] cannot be constructed by generated code", IsRefusedAtRunTime: false));
        }
    }
}
