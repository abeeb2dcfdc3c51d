using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Mprpc;

namespace Tls;

public sealed class Greeter
{
    public string Greet(MprpcCallContext call)
    {
        X509Certificate2 certificate = call.Connection.Features.Get<ITlsConnectionFeature>()!.ClientCertificate!;
        return $"hello, {certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}";
    }
}
