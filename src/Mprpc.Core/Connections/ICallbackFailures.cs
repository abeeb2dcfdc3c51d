namespace Mprpc.Connections;

/// <summary>Is told what code of the application has thrown where nobody could catch it.</summary>
internal interface ICallbackFailures
{
    /// <summary>Must not throw. Called on whatever thread.</summary>
    void Report(Exception exception);
}
