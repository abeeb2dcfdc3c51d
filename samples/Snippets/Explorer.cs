namespace Snippets.Explorer;

internal static class Explorer
{
    public static void InDevelopment(WebApplication app)
    {
        // snippet: explorer/development
        if (app.Environment.IsDevelopment())
        {
            app.MapMprpcExplorer();     // http://localhost:5000/mprpc
        }
        // end snippet
    }

    public static void InProduction(WebApplication app)
    {
        // snippet: explorer/production
        app.MapMprpcExplorer("/admin/rpc").RequireAuthorization("operators");
        // end snippet
    }
}
