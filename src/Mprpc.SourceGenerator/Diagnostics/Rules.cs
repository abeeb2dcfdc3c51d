using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Diagnostics;

/// <summary>The diagnostics; docs/diagnostics has a page for each.</summary>
internal static class Rules
{
    private const string Category = "Mprpc";

    public static readonly DiagnosticDescriptor GenericMethod = Error(
        "MPRPC001",
        "A generic method cannot be called over MessagePack-RPC",
        "{0} is generic: a peer cannot say which type it means. Declare one method a type, or keep it off the wire with [MprpcIgnore].");

    public static readonly DiagnosticDescriptor ByReference = Error(
        "MPRPC002",
        "A parameter that is passed by reference cannot be sent",
        "{0} takes '{1}' by reference (ref, out, in, Span or pointer), which cannot be sent. "
        + "Take a value, and return what changes, or keep the method off the wire with [MprpcIgnore].");

    public static readonly DiagnosticDescriptor SameWireName = Error(
        "MPRPC003",
        "Two methods have the same name on the wire",
        "{0} and {1} have the same name on the wire: '{2}'. Give one of them another name with [MprpcMethod(\"name\")], or hide one with [MprpcIgnore].");

    public static readonly DiagnosticDescriptor TokenNotLast = Warning(
        "MPRPC004",
        "The CancellationToken should be one, and the last parameter",
        "{0} should take one CancellationToken, as its last parameter: it is not on the wire, "
        + "and callers in other languages would miscount the parameters after it");

    public static readonly DiagnosticDescriptor ReturnType = Error(
        "MPRPC005",
        "A result of this type cannot be sent",
        "{0} returns {1}, which cannot be sent. {2}, or keep the method off the wire with [MprpcIgnore].");

    public static readonly DiagnosticDescriptor NotAMethod = Warning(
        "MPRPC006",
        "Only methods of a contract are on the wire",
        "{0} is {1}: only methods can be called over MessagePack-RPC, and a client's proxy throws here. Declare a method in its place.");

    public static readonly DiagnosticDescriptor RequiredAfterOptional = Error(
        "MPRPC007",
        "A required parameter stands after an optional one",
        "{0} takes '{1}' after a parameter with a default value. Params go by position: give '{1}' a default value too, or put it first.");

    public static readonly DiagnosticDescriptor NotReachable = Info(
        "MPRPC008",
        "Generated code cannot reach this type",
        "Nothing was generated for {0}: {1}. Services are then read by reflection at start-up, which native AOT cannot do, and clients have no proxy.");

    public static readonly DiagnosticDescriptor SynchronousCall = Warning(
        "MPRPC009",
        "A client cannot wait for a result synchronously",
        "{0} returns {1} and throws when it is called through a client's proxy, which must not block. Return Task<{1}> or ValueTask<{1}>.");

    public static readonly DiagnosticDescriptor NothingPublished = Error(
        "MPRPC010",
        "The service publishes no method",
        "{0} publishes no method. "
        + "A service publishes its public instance methods, or those of an interface marked [MprpcService] that it implements; "
        + "make at least one method public, and not [MprpcIgnore].");

    public static readonly DiagnosticDescriptor AsyncVoid = Warning(
        "MPRPC011",
        "A service method is async and returns void",
        "{0} is async and returns void: it is answered before it has ended, and an exception in it ends the process. Return Task.");

    public static readonly DiagnosticDescriptor DifferentPrefixes = Warning(
        "MPRPC012",
        "A service's contracts set different prefixes",
        "{0} implements contracts with different prefixes ({1}), and a service has one for all its methods. Use one prefix, or one class a contract.");

    public static readonly DiagnosticDescriptor NoFormatter = Info(
        "MPRPC013",
        "No formatter was generated for this type",
        "No formatter was generated for {0}, which {1} uses: {2}. It is then handled by reflection, which native AOT cannot do.");

    public static readonly DiagnosticDescriptor NotAContract = Error(
        "MPRPC014",
        "A client's proxy implements an interface",
        "{0} is not an interface, so it cannot have a proxy. Declare an interface with the service's methods, and mark it [MprpcService].");

    public static readonly DiagnosticDescriptor WithoutEffect = Warning(
        "MPRPC015",
        "An attribute has no effect on the class that implements a contract",
        "[{1}] has no effect on {0}: {2} publishes what the interface {3} declares. Put the attribute on the interface's method.");

    public static readonly DiagnosticDescriptor NotCarried = Warning(
        "MPRPC016",
        "A value of this type cannot be sent",
        "{0}, which {1} uses, cannot be sent: {2}. A service that uses it does not start, unless a resolver of your own has a formatter for it.");

    public static readonly DiagnosticDescriptor MemberNotSent = Warning(
        "MPRPC017",
        "A member of a type that is sent does not arrive",
        "{0} is not sent: it is internal, or it can neither be set nor filled, and no constructor takes it. "
        + "Give it a setter, which may be private, or a constructor parameter, or mark it [IgnoreMember].");

    public static readonly DiagnosticDescriptor MisplacedStream = Error(
        "MPRPC018",
        "A stream stands where it cannot be sent",
        "{0} {1}. A stream stands by itself, as the result or a parameter of a method that is answered. "
        + "{2}, or keep the method off the wire with [MprpcIgnore].");

    public static readonly DiagnosticDescriptor NotData = Error(
        "MPRPC020",
        "A value of this type is not data",
        "{0} sends a {1}, which is not data: with it a peer could name anything in the process, or make reading it take too long. "
        + "Send a string or a number and look up the object, or take a class with members.");

    public static readonly DiagnosticDescriptor ResultOfMany = Error(
        "MPRPC021",
        "A method with a result is called through many clients",
        "{0} returns a result, and '{1}' stands for any number of clients: it throws when it is called. Ask them with AskAsync, call one with Single, "
        + "or declare the method void, which makes it a notification.");

    private static DiagnosticDescriptor Error(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Info(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Info);

    private static DiagnosticDescriptor Rule(string id, string title, string message, DiagnosticSeverity severity)
        => new(id, title, message, Category, severity, isEnabledByDefault: true);
}
