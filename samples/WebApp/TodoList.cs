using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using Mprpc;

namespace WebApp;

/// <summary>A small service with state: callable as add_todo, add_todos, complete_todo, list_todos, wait_for_todo and next_todo.</summary>
public class TodoList(ILogger<TodoList> logger)
{
    // What the answer of a call may need on its way back.
    private static readonly TimeSpan WayBack = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<int, Todo> _todos = new();
    private readonly SemaphoreSlim _added = new(0);
    private TaskCompletionSource<Todo> _next = NewNext();
    private int _lastId;

    public async Task<Todo> AddTodoAsync(string title, [Range(0, 9)] int priority = 0, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(title))
        {
            // Meant for the caller; any other exception would reach it as "Internal error."
            throw new MprpcException("A todo needs a title.", "title_missing");
        }

        // A database would be asked here.
        await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken);

        var todo = new Todo(Interlocked.Increment(ref _lastId), title, priority, Done: false);
        _todos[todo.Id] = todo;
        logger.LogInformation("Added todo {Id}", todo.Id);
        _added.Release();
        Interlocked.Exchange(ref _next, NewNext()).SetResult(todo);
        return todo;
    }

    /// <summary>Adds several; <see cref="ValidationFilter"/> has looked at them before.</summary>
    public async Task<List<Todo>> AddTodosAsync([Length(1, 100)] IReadOnlyList<NewTodo> todos, CancellationToken cancellationToken)
    {
        List<Todo> added = [];

        foreach (NewTodo todo in todos)
        {
            added.Add(await AddTodoAsync(todo.Title, todo.Priority, cancellationToken));
        }

        return added;
    }

    public Todo CompleteTodo(int id)
    {
        if (!_todos.TryGetValue(id, out Todo? todo))
        {
            throw new MprpcException($"There is no todo {id}.", "todo_unknown");
        }

        return _todos[id] = todo with { Done = true };
    }

    public IReadOnlyList<Todo> ListTodos() => [.. _todos.Values.OrderByDescending(todo => todo.Priority).ThenBy(todo => todo.Id)];

    /// <summary>Answers when a todo has been added; other calls of the same connection go on meanwhile.</summary>
    public async Task<bool> WaitForTodoAsync(int milliseconds, CancellationToken cancellationToken)
        => await _added.WaitAsync(milliseconds, cancellationToken);

    /// <summary>The next todo that is added; null if there is none before the caller's time is over. A caller without a timeout waits until it cancels.</summary>
    public async Task<Todo?> NextTodoAsync(MprpcCallContext call, CancellationToken cancellationToken)
    {
        Task<Todo> next = Volatile.Read(ref _next).Task;

        // The timeout that the caller gave the call. When it is over the token is cancelled: an answer has to be earlier.
        TimeSpan time = call.Deadline is null ? Timeout.InfiniteTimeSpan
            : call.TimeLeft > WayBack ? call.TimeLeft - WayBack
            : TimeSpan.Zero;
        logger.LogInformation("A caller waits for a todo until {Deadline}", call.Deadline?.ToString("O") ?? "it cancels");

        try
        {
            return await next.WaitAsync(time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            // The caller has cancelled the call, or is gone.
            logger.LogInformation("A caller no longer waits for a todo");
            throw;
        }
    }

    /// <summary>Not public, and therefore not published.</summary>
    internal int Clear()
    {
        int count = _todos.Count;
        _todos.Clear();
        return count;
    }

    private static TaskCompletionSource<Todo> NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
