namespace WebApp;

/// <summary>The body of POST /login.</summary>
public record Login(string Name);
