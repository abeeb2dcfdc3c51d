namespace WebApp;

/// <summary>The body of POST /todos.</summary>
public record NewTodo(string Title, int Priority = 0);
