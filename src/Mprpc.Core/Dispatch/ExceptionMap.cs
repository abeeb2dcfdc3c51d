namespace Mprpc.Dispatch;

/// <summary>What a caller is told of an exception that was not made for it. Filled at start-up; safe for concurrent use then.</summary>
internal sealed class ExceptionMap
{
    private readonly List<(Type Type, Func<Exception, MprpcException> Map)> _maps = [];

    public void Add<TException>(Func<TException, MprpcException> map)
        where TException : Exception
        => _maps.Add((typeof(TException), exception => map((TException)exception)));

    /// <summary>The error of the most derived type that is mapped, the last added of equal ones; null where none is.</summary>
    public MprpcException? Find(Exception exception)
    {
        (Type Type, Func<Exception, MprpcException> Map)? best = null;

        foreach ((Type type, Func<Exception, MprpcException> map) in _maps)
        {
            if (type.IsInstanceOfType(exception) && (best is null || type.IsAssignableTo(best.Value.Type)))
            {
                best = (type, map);
            }
        }

        return best?.Map(exception);
    }
}
