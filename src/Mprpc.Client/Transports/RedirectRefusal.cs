using System.Net;
using System.Text;
using Mprpc.Diagnostics;

namespace Mprpc.Client.Transports;

/// <summary>Makes an error of a redirect.</summary>
internal sealed class RedirectRefusal(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        if (response.StatusCode is < HttpStatusCode.MultipleChoices or >= HttpStatusCode.BadRequest)
        {
            return response;
        }

        using (response)
        {
            throw new HttpRequestException(
                $"The server redirects (status {(int)response.StatusCode}) to {Target(request, response)}, and a redirect is never followed: it would get the headers and the token of this client. "
                + "Use that address if it is the intended server.");
        }
    }

    private static string Target(HttpRequestMessage request, HttpResponseMessage response)
    {
        try
        {
            return response.Headers.Location is not { } location ? "nowhere"
                : $"the host '{Clean((location.IsAbsoluteUri ? location : new Uri(request.RequestUri!, location)).Authority)}'";
        }
        catch (UriFormatException)
        {
            return "something that is not an address";
        }
    }

    private static string Clean(string host) => LogText.Clean(Encoding.UTF8.GetBytes(host));
}
