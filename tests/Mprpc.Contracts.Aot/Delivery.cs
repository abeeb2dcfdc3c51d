using System.ComponentModel.DataAnnotations;

namespace Mprpc.Contracts.Aot;

internal sealed class Delivery : IDelivery
{
    public Task<string> SendAsync(int count, [Required] Parcel box, Size? size, params string[] notes)
        => Task.FromResult($"{count} {box.Name} {size} {string.Join(',', notes)}");
}
