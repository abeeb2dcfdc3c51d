using System.Reflection;
using System.Reflection.Emit;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;

namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>
/// A contract IContract&lt;T&gt; : IBase with Run and BaseRun, and a class Impl&lt;T&gt; : Base that implements it, with an attribute of one kind at one place;
/// made at run time, since there are as many as kinds times places.
/// </summary>
internal sealed class Sample
{
    private static readonly ModuleBuilder Module =
        AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Mprpc.Parity.Samples"), AssemblyBuilderAccess.Run).DefineDynamicModule("Mprpc.Parity.Samples");

    private Sample(Kind kind, Place place)
    {
        Kind = kind;
        Place = place;
        Name = $"{kind}.{place}";
        TypeBuilder baseContract = Module.DefineType($"{Name}.IBase", TypeAttributes.Public | TypeAttributes.Interface | TypeAttributes.Abstract);
        TypeBuilder contract = Module.DefineType($"{Name}.IContract", TypeAttributes.Public | TypeAttributes.Interface | TypeAttributes.Abstract);
        TypeBuilder baseClass = Module.DefineType($"{Name}.Base", TypeAttributes.Public);
        TypeBuilder implementation = Module.DefineType($"{Name}.Impl", TypeAttributes.Public, baseClass);
        contract.DefineGenericParameters("T");
        GenericTypeParameterBuilder[] parameters = implementation.DefineGenericParameters("T");

        contract.AddInterfaceImplementation(baseContract);
        implementation.AddInterfaceImplementation(contract.MakeGenericType(parameters));
        contract.SetCustomAttribute(Attribute<MprpcServiceAttribute>());
        MethodBuilder ofBaseContract = Declare(baseContract, "BaseRun");
        MethodBuilder ofContract = Declare(contract, "Run");
        Implement(baseClass, "BaseRun", MethodAttributes.NewSlot);
        MethodBuilder ofBaseClass = Implement(baseClass, "Run", MethodAttributes.NewSlot);
        baseClass.DefineDefaultConstructor(MethodAttributes.Public);

        if (place == Place.MethodOfClass)
        {
            Implement(implementation, "Run", MethodAttributes.ReuseSlot).SetCustomAttribute(Attribute());
        }
        else if (place != Place.Mapping)
        {
            Action<CustomAttributeBuilder> set = place switch
            {
                Place.Class => implementation.SetCustomAttribute,
                Place.BaseClass => baseClass.SetCustomAttribute,
                Place.Contract => contract.SetCustomAttribute,
                Place.BaseContract => baseContract.SetCustomAttribute,
                Place.MethodOfBaseClass => ofBaseClass.SetCustomAttribute,
                Place.MethodOfContract => ofContract.SetCustomAttribute,
                _ => ofBaseContract.SetCustomAttribute,
            };
            set(Attribute());
        }

        baseContract.CreateType();
        OpenContract = contract.CreateType();
        baseClass.CreateType();
        implementation.DefineDefaultConstructor(MethodAttributes.Public);
        OpenClass = implementation.CreateType();
    }

    public static IReadOnlyList<Sample> All { get; } =
        [.. from kind in Enum.GetValues<Kind>() from place in Enum.GetValues<Place>() where IsPossible(kind, place) select new Sample(kind, place)];

    public Kind Kind { get; }

    public Place Place { get; }

    /// <summary>The prefix on the wire.</summary>
    public string Name { get; }

    public Type OpenContract { get; }

    public Type OpenClass { get; }

    public Type Contract => OpenContract.MakeGenericType(typeof(int));

    public Type Class => OpenClass.MakeGenericType(typeof(int));

    /// <summary>What the mapping says of the service.</summary>
    public IEnumerable<object> Conventions
    {
        get
        {
            if (Kind == Kind.AllowAnonymous)
            {
                yield return new AuthorizeAttribute();
            }

            if (Place == Place.Mapping)
            {
                yield return Value(Kind);
            }
        }
    }

    /// <summary>What holds for a method: the metadata that an HTTP endpoint would have for the same to be said of it.</summary>
    public IEnumerable<object> MetadataOf(string method)
    {
        bool isSaid = Place switch
        {
            Place.MethodOfClass or Place.MethodOfBaseClass or Place.MethodOfContract => method == "run",
            Place.MethodOfBaseContract => method == "base_run",

            // A contract's own attributes are said of what it publishes; its base's only of what stands there.
            Place.BaseContract => method == "base_run",
            _ => true,
        };
        IEnumerable<object> ofMapping = Kind == Kind.AllowAnonymous ? [new AuthorizeAttribute()] : [];
        return isSaid ? ofMapping.Append(Value(Kind)) : ofMapping;
    }

    /// <summary>Time-outs are said of methods alone.</summary>
    private static bool IsPossible(Kind kind, Place place)
        => kind != Kind.Timeout || place.ToString().StartsWith("Method", StringComparison.Ordinal) || place == Place.Mapping;

    private static object Value(Kind kind) => kind switch
    {
        Kind.Authorize => new AuthorizeAttribute(),
        Kind.Roles => new AuthorizeAttribute { Roles = "admin" },
        Kind.Policy => new AuthorizeAttribute("adult"),
        Kind.CustomData => new AdminsOnlyAttribute(),
        Kind.RequirementData => new NeedsAgeAttribute(),
        Kind.Filter => new RefusingFilterAttribute(),
        Kind.RateLimit => new EnableRateLimitingAttribute("none"),
        Kind.Timeout => new MprpcMethodAttribute { TimeoutMilliseconds = 1 },
        _ => new AllowAnonymousAttribute(),
    };

    private CustomAttributeBuilder Attribute() => Kind switch
    {
        Kind.Authorize => Attribute<AuthorizeAttribute>(),
        Kind.Roles => Attribute<AuthorizeAttribute>(("Roles", "admin")),
        Kind.Policy => Attribute<AuthorizeAttribute>(("Policy", "adult")),
        Kind.CustomData => Attribute<AdminsOnlyAttribute>(),
        Kind.RequirementData => Attribute<NeedsAgeAttribute>(),
        Kind.Filter => Attribute<RefusingFilterAttribute>(),
        Kind.RateLimit => new CustomAttributeBuilder(typeof(EnableRateLimitingAttribute).GetConstructor([typeof(string)])!, ["none"]),
        Kind.Timeout => new CustomAttributeBuilder(
            typeof(MprpcMethodAttribute)
                .GetConstructor([typeof(string)])!, [null], [typeof(MprpcMethodAttribute).GetProperty(nameof(MprpcMethodAttribute.TimeoutMilliseconds))!], [1]),
        _ => Attribute<AllowAnonymousAttribute>(),
    };

    private static CustomAttributeBuilder Attribute<T>(params (string Name, object Value)[] properties)
        => new(
            typeof(T).GetConstructor(Type.EmptyTypes)!,
            [],
            [.. properties.Select(property => typeof(T).GetProperty(property.Name)!)],
            [.. properties.Select(property => property.Value)]);

    private static MethodBuilder Declare(TypeBuilder type, string name)
        => type.DefineMethod(
            name, MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Abstract | MethodAttributes.HideBySig
                | MethodAttributes.NewSlot, typeof(Task), [typeof(CancellationToken)]);

    /// <summary>A method that returns what <see cref="Body"/> does.</summary>
    private MethodBuilder Implement(TypeBuilder type, string name, MethodAttributes slot)
    {
        MethodBuilder method = type.DefineMethod(
            name, MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig | slot, typeof(Task), [typeof(CancellationToken)]);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Call, typeof(Body).GetMethod(Kind == Kind.Timeout ? nameof(Body.WaitAsync) : nameof(Body.RunAsync))!);
        il.Emit(OpCodes.Ret);
        return method;
    }
}
