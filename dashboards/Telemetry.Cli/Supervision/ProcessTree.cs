using System.Globalization;

namespace Telemetry.Cli.Supervision;

/// <summary>Who started whom, from /proc.</summary>
internal static class ProcessTree
{
    /// <summary>Direct children of a process; empty when it is gone. A child is listed under the thread that forked it.</summary>
    public static IReadOnlyList<int> ChildrenOf(int processId)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{processId}/task")
                .SelectMany(task => File.ReadAllText(Path.Combine(task, "children"))
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
