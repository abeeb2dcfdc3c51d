namespace WebApp;

/// <summary>What only admins may: its routes and its mapping require the same policy.</summary>
public class TodoAdmin(TodoList todos)
{
    /// <returns>How many there were.</returns>
    public int ClearTodos() => todos.Clear();
}
