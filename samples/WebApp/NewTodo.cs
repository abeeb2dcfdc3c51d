using System.ComponentModel.DataAnnotations;

namespace WebApp;

/// <summary>The body of POST /todos, and an element of what add_todos takes.</summary>
// snippet: filters/validated
public record NewTodo([Required, StringLength(100)] string Title, [Range(0, 9)] int Priority = 0);
// end snippet
