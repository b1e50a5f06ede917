using Telemetry.Protos.V1;
using Telemetry.Shipping.Machine;

namespace Telemetry.Shipper.Tests.Support;

internal static class Some
{
    public static LifetimeContext Context(string boot = "boot-1", string instance = "instance-1") => new(
        new Identity { InstanceId = instance, BootId = boot, HostName = "host" },
        new Agent { Name = "telemetry-shipper", Version = "0.1.0", RunId = Guid.NewGuid().ToString("N"), Pid = 1 });
}
