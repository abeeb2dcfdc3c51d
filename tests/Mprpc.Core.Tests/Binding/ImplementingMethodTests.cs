using System.Reflection;
using Mprpc.Binding;

namespace Mprpc.Core.Tests.Binding;

/// <summary>The look-up by name, which native AOT takes, beside the runtime's own interface map.</summary>
public sealed class ImplementingMethodTests
{
    /// <summary>Hierarchies of which names and signatures tell everything.</summary>
    public static TheoryData<Type> Certain =>
    [
        typeof(Hierarchies.Implicit), typeof(Hierarchies.Explicit), typeof(Hierarchies.ExplicitAndPublic), typeof(Hierarchies.Inherited),
        typeof(Hierarchies.FromBaseBeside),
        typeof(Hierarchies.Overriding), typeof(Hierarchies.OverridingTwice), typeof(Hierarchies.SealedOverride), typeof(Hierarchies.AbstractImplemented),
        typeof(Hierarchies.HiddenByNew),
        typeof(Hierarchies.HiddenExplicit), typeof(Hierarchies.Again), typeof(Hierarchies.AgainExplicit), typeof(Hierarchies.BelowAgain),
        typeof(Hierarchies.AgainOverVirtual), typeof(Hierarchies.Overloads),
        typeof(Hierarchies.OtherResult), typeof(Hierarchies.CovariantResult), typeof(Hierarchies.BelowCovariantResult), typeof(Hierarchies.ByDefault),
        typeof(Hierarchies.ByDefaultOfDerived),
        typeof(Hierarchies.ByDefaultOfDeeper), typeof(Hierarchies.OverDefault), typeof(Hierarchies.HidingDefault), typeof(Hierarchies.Twice),
        typeof(Hierarchies.TwiceHalfPublic),
        typeof(Hierarchies.OfParameter<int>), typeof(Hierarchies.OfParameterAndMore<int>), typeof(Hierarchies.OfParameterAndMore<List<int[]>>),
        typeof(Hierarchies.OfPair<int, string>),
        typeof(Hierarchies.Outer<int>.Inner<string>), typeof(Hierarchies.OfNested), typeof(Hierarchies.OfKeyword), typeof(Hierarchies.ByAlias),
        typeof(Hierarchies.Varying),
        typeof(Hierarchies.RefKinds), typeof(Hierarchies.DerivedGeneric), typeof(Hierarchies.TwoMethods), typeof(Hierarchies.OfTwoContracts),
        typeof(Hierarchies.FilteredBeside), typeof(Hierarchies.TwiceByTuple),
    ];

    /// <summary>Hierarchies of which only the runtime knows.</summary>
    public static TheoryData<Type> Uncertain =>
    [
        typeof(Hierarchies.HiddenByNewVirtual), typeof(Hierarchies.AgainVirtual), typeof(Hierarchies.HidingForAnother), typeof(Hierarchies.AgainBesideAnother),
        typeof(Hierarchies.HidingExplicitVirtual),
    ];

    [Theory]
    [MemberData(nameof(Certain))]
    public void FindByName_OfWhatNamesTell_IsWhatTheRuntimeTakes(Type type)
    {
        (MethodInfo Declared, MethodInfo? Target)[] methods = [.. MapsOf(type)];

        IEnumerable<string?> found = methods.Select(method => NameOf(ImplementingMethod.FindByName(type, method.Declared)));

        Assert.NotEmpty(methods);
        Assert.Equal(methods.Select(method => NameOf(method.Target)), found);
    }

    /// <summary>Never another method than the runtime's: its attributes would hold instead.</summary>
    [Theory]
    [MemberData(nameof(Uncertain))]
    public void FindByName_OfWhatNamesDoNotTell_IsUnknownAndNotAGuess(Type type)
    {
        (MethodInfo Declared, MethodInfo? Target)[] methods = [.. MapsOf(type)];

        (string? Expected, string? Found)[] found =
        [
            .. methods.Select(method => (NameOf(method.Target), NameOf(ImplementingMethod.FindByName(type, method.Declared)))),
        ];

        Assert.Contains(found, one => one.Found is null);
        Assert.All(found, one => Assert.True(one.Found is null || one.Found == one.Expected, $"{one.Found} for {one.Expected}"));
    }

    /// <summary>All that the framework's own classes implement: what is found is what the runtime takes.</summary>
    [Fact]
    public void FindByName_OfTheFrameworksClasses_IsNeverAnotherMethod()
    {
        Type[] types = [.. typeof(object).Assembly.GetTypes().Where(type => type is { IsClass: true, IsArray: false, ContainsGenericParameters: false })];
        int known = 0;
        List<string> wrong = [];

        foreach (
            (Type type, MethodInfo declared, MethodInfo? target) in types.SelectMany(
                type => MapsOf(type).Select(method => (type, method.Declared, method.Target))))
        {
            MethodInfo? found = ImplementingMethod.FindByName(type, declared);
            known += found is null ? 0 : 1;

            if (found is not null && NameOf(found) != NameOf(target))
            {
                wrong.Add($"{type}, {declared.DeclaringType}.{declared}: {NameOf(found)} for {NameOf(target)}");
            }
        }

        Assert.Empty(wrong);
        Assert.InRange(known, 1000, int.MaxValue);
    }

    [Fact]
    public void FindByName_OfAnInterfaceByVarianceAlone_IsUnknown()
    {
        MethodInfo declared = typeof(Hierarchies.IProducer<object>).GetMethod("Produce")!;

        MethodInfo? found = ImplementingMethod.FindByName(typeof(Hierarchies.Varying), declared);

        Assert.Null(found);
    }

    private static IEnumerable<(MethodInfo Declared, MethodInfo? Target)> MapsOf(Type type)
    {
        foreach (Type contract in type.GetInterfaces())
        {
            InterfaceMapping map = type.GetInterfaceMap(contract);

            for (int i = 0; i < map.InterfaceMethods.Length; i++)
            {
                if (!map.InterfaceMethods[i].IsStatic && !map.InterfaceMethods[i].IsGenericMethodDefinition && map.InterfaceMethods[i].IsPublic)
                {
                    yield return (map.InterfaceMethods[i], map.TargetMethods[i]);
                }
            }
        }
    }

    private static string? NameOf(MethodInfo? method) => method is null ? null : $"{method.DeclaringType}: {method}";
}
