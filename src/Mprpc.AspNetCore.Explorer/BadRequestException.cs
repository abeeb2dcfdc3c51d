using Microsoft.AspNetCore.Http;

namespace Mprpc.AspNetCore.Explorer;

/// <summary>A request cannot be meant; the message is for whoever has made it.</summary>
internal sealed class BadRequestException(string message, int status = StatusCodes.Status400BadRequest, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int Status => status;
}
