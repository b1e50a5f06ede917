using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>What no service may lack: who it is, what it may touch, and how one sees that it works.</summary>
internal static partial class ConfinementRules
{
    public static IEnumerable<string> Problems(Deployment deployment) => deployment.Services.SelectMany(Problems);

    private static IEnumerable<string> Problems(ComposeService service)
    {
        var wanted = new (bool IsMet, string Wanted)[]
        {
            (service.Text("read_only") == "true", "read_only: true"),
            (service.Words("cap_drop").SequenceEqual(["ALL"]), "cap_drop: [ALL]"),
            (service.Words("cap_add").Count == 0, "no cap_add"),
            (service.Text("privileged") is "" or "false", "no privileged"),
            (service.Words("security_opt").Contains("no-new-privileges:true"), "security_opt: no-new-privileges:true"),
            (Size().IsMatch(service.Text("mem_limit")), "mem_limit"),
            (NotRoot().IsMatch(service.Text("user")), "a user by number that is not root"),
            (service.HealthcheckTest.Count > 1, "a healthcheck"),
            (new[] { "interval", "timeout", "retries" }.All(service.Healthcheck.ContainsKey), "a healthcheck with interval, timeout and retries"),
        };
        return wanted.Where(rule => !rule.IsMet).Select(rule => $"{service.Name} needs {rule.Wanted}");
    }

    [GeneratedRegex("^[1-9][0-9]*[mg]$")]
    private static partial Regex Size();

    [GeneratedRegex("^[1-9][0-9]*:[0-9]+$")]
    private static partial Regex NotRoot();
}
