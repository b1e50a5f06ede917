using Telemetry.Protos.V1;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Shipping.Machine;

namespace Telemetry.Shipper.Tests.Machine;

public class IdentityResolverTests
{
    private readonly FakeMachine _machine = new()
    {
        Files =
        {
            ["/etc/machine-id"] = "machine-1",
            ["/proc/sys/kernel/random/boot_id"] = "boot-1",
            ["/proc/sys/kernel/osrelease"] = "6.1.0",
            ["/etc/os-release"] = "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n",
            ["/proc/stat"] = "cpu 1 2\nbtime 1767225600\nprocesses 5",
        },
        Links = { ["/etc/localtime"] = "/usr/share/zoneinfo/Europe/Berlin" },
    };

    private readonly List<string> _problems = [];

    [Fact]
    public void TheMachineTellsWhatNobodyElseDoes()
    {
        var identity = Resolve();
        Assert.Empty(_problems);
        Assert.Equal(("machine-1", "boot-1", "host-1", "6.1.0", "Debian GNU/Linux 12", "Europe/Berlin", 1767225600_000_000),
            (identity.InstanceId, identity.BootId, identity.HostName, identity.Kernel, identity.Os, identity.TimeZone, identity.BootedUnixUs));
        Assert.Equal("", identity.Role + identity.Zone + identity.Tenant + identity.Image);
        Assert.Equal(Wire.LifetimeId.From("machine-1", "boot-1").ToByteArray(), identity.LifetimeId.ToByteArray());
    }

    [Fact]
    public void FlagsAreOverTheFileOverTheMachine()
    {
        _machine.Files["/etc/telemetry/identity.json"] = """
            { "instance_id": "i-1", "role": "web", "zone": "a", "time_zone": "UTC", "labels": { "team": "cart", "tier": "1" },
              "workloads": [ { "name": "api", "version": "1.2" } ] }
            """;
        var identity = Resolve("--zone", "b", "--label", "team=shop");
        Assert.Empty(_problems);
        Assert.Equal(("i-1", "web", "b", "UTC"), (identity.InstanceId, identity.Role, identity.Zone, identity.TimeZone));
        Assert.Equal(("shop", "1"), (identity.Labels["team"], identity.Labels["tier"]));
        Assert.Equal(("api", "1.2"), (identity.Workloads[0].Name, identity.Workloads[0].Version));
    }

    [Fact]
    public void WithoutAnyIdTheOperatorIsAsked()
    {
        _machine.Files.Clear();
        Resolve();
        Assert.Contains(_problems, p => p.Contains("give --instance-id"));
        Assert.Contains(_problems, p => p.Contains("give --boot-id"));
    }

    [Theory]
    [InlineData("{ \"rolle\": \"web\" }", "has the unknown key 'rolle'. Did you mean role?")]
    [InlineData("{ \"workloads\": [ { \"nam\": \"x\" } ] }", "has the unknown workload key 'nam'")]
    [InlineData("{", "cannot be used")]
    [InlineData("[]", "cannot be used")]
    [InlineData("{ \"role\": 5 }", "identity.json cannot be used: 'role' is 5; it has to be a text.")]
    [InlineData("{ \"labels\": 5 }", "'labels' is 5; it has to be an object of texts.")]
    [InlineData("{ \"workloads\": [ 5 ] }", "'workloads' is [ 5 ]; it has to be a list of objects")]
    [InlineData("", "identity.json is empty; it has to be a JSON object, or absent.")]
    [InlineData(" \n", "identity.json is empty")]
    public void AMistakeInTheFileIsNamed(string json, string problem)
    {
        _machine.Files["/etc/telemetry/identity.json"] = json;
        Resolve();
        Assert.Contains(_problems, p => p.Contains(problem));
    }

    [Fact]
    public void AFileThatMayNotBeReadIsNotTakenForNone()
    {
        _machine.Forbidden.Add("/etc/telemetry/identity.json");
        Resolve();
        Assert.Equal("The identity file '/etc/telemetry/identity.json' cannot be read: Permission denied.", Assert.Single(_problems));
    }

    [Fact]
    public void CommentsAndTrailingCommasAreTheirsToUse()
    {
        _machine.Files["/etc/telemetry/identity.json"] = "{ // baked into the image\n \"role\": \"web\", }";
        Assert.Equal("web", Resolve().Role);
        Assert.Empty(_problems);
    }

    private Identity Resolve(params string[] flags)
    {
        var settings = Settings.Load(CommandLine.Parse(flags, Verbs.Run, _problems), new Dictionary<string, string>(), _problems);
        return IdentityResolver.Resolve(settings.IdentityClaims, _machine, new Dictionary<string, string>(), _problems);
    }
}
