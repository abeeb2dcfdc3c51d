namespace Mprpc.SourceGenerator.Model;

/// <summary>How a method gives its result back.</summary>
internal enum ReturnKind
{
    Void,
    Value,
    Task,
    TaskOfResult,
    ValueTask,
    ValueTaskOfResult,
    Stream,
}
