using Telemetry.Protos.V1;

namespace Telemetry.Protos;

/// <summary>What every <see cref="Hello"/> has to say, whoever hears it.</summary>
public static class HelloRules
{
    /// <summary>The version of the protocol that is spoken here.</summary>
    public const uint ProtocolVersion = 1;

    private const int MaxFormer = 64;
    private const int MaxNameChars = 256;

    /// <summary>One sentence on what is wrong, the version apart; null when nothing is. Does not throw.</summary>
    public static string? FindProblem(Hello hello)
    {
        if (hello.Lane is not (Lane.Critical or Lane.Bulk))
        {
            return $"Lane {(int)hello.Lane} is unknown.";
        }

        if (hello.Identity is not { } who || !IsName(who.InstanceId) || !IsName(who.BootId))
        {
            return $"The Hello needs an instance_id and a boot_id of at most {MaxNameChars} printable characters.";
        }

        return hello.Former.Count <= MaxFormer && hello.Former.All(f => IsName(f.BootId))
            ? null
            : $"Former lifetimes are at most {MaxFormer}, each with a boot_id.";
    }

    /// <summary>True for text that may name something.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= MaxNameChars && !text.Any(char.IsControl);
}
