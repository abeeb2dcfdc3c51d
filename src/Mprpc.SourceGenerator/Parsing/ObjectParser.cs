using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Makes the model of a type's formatter, which writes what MessagePack's own would write.</summary>
internal sealed class ObjectParser(INamedTypeSymbol type, Compilation compilation)
{
    private const string MessagePackObject = "MessagePack.MessagePackObjectAttribute";

    // Of .NET's own types with members, those that are made of what can be set.
    private static readonly HashSet<string> KnownOfDotNet =
    [
        "System.Drawing.Point", "System.Drawing.PointF", "System.Drawing.Size", "System.Drawing.SizeF", "System.Drawing.Rectangle", "System.Drawing.RectangleF",
    ];

    private const string Callbacks = "MessagePack.IMessagePackSerializationCallbackReceiver";

    private List<ObjectMember> _members = [];
    private List<ObjectMember> _lost = [];

    /// <summary>Why there is no model.</summary>
    public string Reason { get; private set; } = "it is of a kind that has no formatter";

    /// <summary>Whether the run time refuses the type as well.</summary>
    public bool IsRefusedAtRunTime { get; private set; }

    /// <summary>The members that hold something, and are not sent.</summary>
    public IEnumerable<ObjectMember> Lost => _lost;

    /// <summary>The types of the members, which need formatters too.</summary>
    public IEnumerable<ITypeSymbol> MemberTypes => _members.Select(member => member.Type);

    /// <summary>The same as they are declared.</summary>
    public IEnumerable<ITypeSymbol> DeclaredTypes => _members.Select(member => member.DeclaredType);

    /// <summary>The model, or null where <see cref="Reason"/> says why the type is left to reflection.</summary>
    public ObjectModel? Parse()
    {
        AttributeData? contract = type.Attribute(MessagePackObject);
        bool hasCallbacks = type.AllInterfaces.Any(known => known.Is(Callbacks));

        if (RefusalAnywhere() is { } refusedAnywhere)
        {
            Reason = refusedAnywhere;
            IsRefusedAtRunTime = true;
            return null;
        }

        if (RefusalOfType(contract, hasCallbacks) is { } refusal)
        {
            Reason = refusal;
            return null;
        }

        bool byName = contract is null || contract.ConstructorArguments.FirstOrDefault().Value is true;
        _members = ObjectMember.Of(type, byName, compilation);

        if (RefusalOfMembers(byName) is { } odd)
        {
            Reason = odd;
            return null;
        }

        bool isMap = byName || _members.Any(member => member.Key is string);
        List<ObjectMember> ordered = isMap ? _members : [.. _members.OrderBy(member => (int)member.Key!)];
        var constructors = new ObjectConstructor(type, ordered, isMap, byName, compilation);

        if (constructors.Find() is not { } constructor)
        {
            Reason = "none of its public constructors takes its members; give it one without parameters, or one that takes members by their names";
            IsRefusedAtRunTime = true;
            return null;
        }

        // What can only be read is computed of the rest, and not sent unless it is marked to be. Where names are the keys, MessagePack does not look at [Key].
        _members = [.. byName ? ordered.Where(member => member.IsWritable || member.Filling is not null || constructor.Contains(member)) : ordered];
        _lost = [.. ordered.Where(member => !_members.Contains(member) && member.IsState), .. byName ? ObjectMember.InternalOf(type, compilation) : []];

        if (_members.Count == 0 && (ordered.Count != 0 || (byName && ObjectMember.HoldSomething(type))))
        {
            Reason = "none of its members can be set, so that it would arrive empty; "
                + "send a record with the relevant values, or give it a [MessagePackFormatter]";
            IsRefusedAtRunTime = true;
            return null;
        }

        return new ObjectModel(
            TypeText.Identifier(type),
            type.IsValueType,
            isMap,
            new EquatableArray<MemberModel>(_members.Select(member => Member(member, byName, constructor.Contains(member)))),
            new EquatableArray<int>(constructor.Select(member => _members.IndexOf(member))),
            hasCallbacks);
    }

    private static MemberModel Member(ObjectMember member, bool byName, bool isTaken)
    {
        Assignment assignment = isTaken ? (member.IsRequired ? Assignment.Initializer : Assignment.Constructor)
            : member.Filling is not null ? Assignment.Fill
            : !member.IsWritable ? Assignment.None
            : member.IsRequired ? Assignment.Initializer
            : member.IsHidden ? Assignment.InitSetter
            : Assignment.Setter;
        return new MemberModel(
            member.Name,
            TypeText.Of(member.Type),
            TypeText.Plain(member.Symbol.ContainingType),
            member.Key as int? ?? 0,
            byName ? member.Name : member.Key as string ?? member.Name,
            member.IsReadable,
            assignment,
            assignment == Assignment.InitSetter ? AccessorParser.Of(member.Symbol) : null,
            member.Filling is { } element ? TypeText.Of(element) : null);
    }

    /// <summary>What ReflectedObject in Mprpc.Core refuses as well.</summary>
    private string? RefusalAnywhere()
        => type.TypeKind == TypeKind.Delegate ? "it is a delegate; send data"
            : type.Has("MessagePack.UnionAttribute") ? null
            : type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || type.IsRefLikeType
                ? (IsSequence ? null : "it is neither a class nor a struct; send one that has its members")
            : type.IsAbstract ? (IsSequence ? null : "it is abstract; send a type that can be constructed, or mark it with [Union]")
            : IsOfDotNet && !IsSequence
                ? "it is a type of .NET that cannot be rebuilt from its members; send a record with the relevant values, or give it a [MessagePackFormatter]"
            : IsOfDotNet && !IsTypedSequence
                ? "it is a collection of .NET that does not declare the type of its elements; send a List<T> or Dictionary<TKey, TValue>"
            : null;

    private bool IsSequence
        => type.SpecialType == SpecialType.System_Collections_IEnumerable
            || type.AllInterfaces.Any(known => known.SpecialType == SpecialType.System_Collections_IEnumerable);

    private bool IsTypedSequence
        => type.AllInterfaces.Any(known
            => known.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T
                || known.Is("System.Collections.IList")
                || known.Is("System.Collections.IDictionary"));

    private bool IsOfDotNet
        => (type.ContainingNamespace.ToDisplayString() is "System"
                || type.ContainingNamespace.ToDisplayString().StartsWith("System.", StringComparison.Ordinal))
            && !KnownOfDotNet.Contains($"{type.ContainingNamespace.ToDisplayString()}.{type.Name}");

    private string? RefusalOfType(AttributeData? contract, bool hasCallbacks)
        => type.Has("MessagePack.UnionAttribute") ? "it is a [Union], which MessagePack formats by reflection"
            : type.AllInterfaces.Any(known => known.SpecialType == SpecialType.System_Collections_IEnumerable)
                ? "it is a collection of its own kind; send a List<T> or Dictionary<TKey, TValue>"
            : contract is null && type.Has("System.Runtime.Serialization.DataContractAttribute") ? "it is a [DataContract]; mark it [MessagePackObject]"
            : contract?.Named("AllowPrivate") is true ? "it sends private members"
            : hasCallbacks && type.IsValueType ? "it is a struct with callbacks; make it a class"
            : null;

    private string? RefusalOfMembers(bool byName)
    {
        if (_members.FirstOrDefault(member => member.Symbol.Has("MessagePack.MessagePackFormatterAttribute")) is { } formatted)
        {
            return $"{formatted.Name} has a formatter of its own; put [MessagePackFormatter] on the type";
        }

        if (_members.GroupBy(member => member.Name).FirstOrDefault(group => group.Count() > 1) is { } hidden)
        {
            IsRefusedAtRunTime = true;
            return $"{hidden.Key} hides a member of its base type; mark one of the two [IgnoreMember]";
        }

        if (byName)
        {
            return null;
        }

        if (_members.FirstOrDefault(member => member.Key is null) is { } unmarked)
        {
            return $"{unmarked.Name} has neither [Key] nor [IgnoreMember]";
        }

        return _members.Select(member => member.Key!.GetType()).Distinct().Count() > 1
            || _members.Select(member => member.Key).Distinct().Count() < _members.Count
            ? "its keys are not all numbers or all names, or two are the same"
            : _members.Any(member => member.Key is < 0) ? "a key is negative" : null;
    }
}
