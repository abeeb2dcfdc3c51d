namespace Snippets.Aot;

internal static class Aot
{
    public static void Map(WebApplicationBuilder builder, WebApplication app)
    {
        // snippet: aot/generic-class
        builder.Services.AddSingleton<Shop<Book>>();
        app.MapMprpcService<Shop<Book>>(6000);
        // end snippet
    }
}

internal sealed record Book(string Title);

internal sealed class Shop<T>
{
    public T? Newest { get; private set; }

    public void Add(T item) => Newest = item;
}
