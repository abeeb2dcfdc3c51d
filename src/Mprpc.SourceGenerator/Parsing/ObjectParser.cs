using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Makes the model of a type's formatter, which writes what MessagePack's own would write.</summary>
internal sealed class ObjectParser(INamedTypeSymbol type, Compilation compilation)
{
    private const string MessagePackObject = "MessagePack.MessagePackObjectAttribute";
    private const string Callbacks = "MessagePack.IMessagePackSerializationCallbackReceiver";

    private List<ObjectMember> _members = [];

    /// <summary>Why there is no model.</summary>
    public string Reason { get; private set; } = "it is of a kind that has no formatter";

    /// <summary>The types of the members, which need formatters too.</summary>
    public IEnumerable<ITypeSymbol> MemberTypes => _members.Select(member => member.Type);

    /// <summary>The model, or null where <see cref="Reason"/> says why the type is left to reflection.</summary>
    public ObjectModel? Parse()
    {
        AttributeData? contract = type.Attribute(MessagePackObject);
        bool hasCallbacks = type.AllInterfaces.Any(known => known.Is(Callbacks));

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
            Reason = "none of its public constructors takes its members";
            return null;
        }

        // What can only be read is computed of the rest, and not sent unless it is marked to be. Where names are the keys, MessagePack does not look at [Key].
        _members = [.. byName ? ordered.Where(member => member.IsWritable || constructor.Contains(member)) : ordered];
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
            : !member.IsWritable ? Assignment.None
            : member.IsRequired ? Assignment.Initializer
            : member.IsInitOnly ? Assignment.InitSetter
            : Assignment.Setter;
        return new MemberModel(
            member.Name,
            TypeText.Of(member.Type),
            TypeText.Plain(member.Symbol.ContainingType),
            member.Key as int? ?? 0,
            byName ? member.Name : member.Key as string ?? member.Name,
            member.IsReadable,
            assignment);
    }

    private string? RefusalOfType(AttributeData? contract, bool hasCallbacks)
        => type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || type.IsRefLikeType ? "it is neither a class nor a struct; send one that has its members"
            : type.IsAbstract ? "it is abstract; send a type that can be constructed"
            : type.ContainingNamespace.ToDisplayString() is "System" || type.ContainingNamespace.ToDisplayString().StartsWith("System.", StringComparison.Ordinal)
                ? "it is a type of .NET that MessagePack does not know; send one of your own"
            : type.AllInterfaces.Any(known => known.SpecialType == SpecialType.System_Collections_IEnumerable) ? "it is a collection of its own kind; send a List<T> or Dictionary<TKey, TValue>"
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
            return $"{hidden.Key} hides a member of its base type";
        }

        if (byName)
        {
            return null;
        }

        if (_members.FirstOrDefault(member => member.Key is null) is { } unmarked)
        {
            return $"{unmarked.Name} has neither [Key] nor [IgnoreMember]";
        }

        return _members.Select(member => member.Key!.GetType()).Distinct().Count() > 1 || _members.Select(member => member.Key).Distinct().Count() < _members.Count
            ? "its keys are not all numbers or all names, or two are the same"
            : _members.Any(member => member.Key is < 0) ? "a key is negative" : null;
    }
}
