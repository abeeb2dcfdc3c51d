namespace WebApp;

/// <summary>On the wire a map from member name to value, which every language reads.</summary>
public record Todo(int Id, string Title, int Priority, bool Done);
