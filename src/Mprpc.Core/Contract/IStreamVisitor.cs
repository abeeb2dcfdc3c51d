namespace Mprpc;

/// <summary>Does something with a stream whose type of items only itself knows.</summary>
internal interface IStreamVisitor<out TResult>
{
    TResult Visit<T>(IAsyncEnumerable<T> items);
}
