using System.Runtime.InteropServices;
using System.Text;

namespace Telemetry.Bus.Kafka;

/// <summary>Asks librdkafka itself whether it knows a setting, without making a client.</summary>
internal static partial class LibrdkafkaSettings
{
    private const int Ok = 0;

    /// <summary>What is wrong with a setting, in librdkafka's words; null when nothing is.</summary>
    public static string? FindProblem(string name, string value)
    {
        nint settings;
        try
        {
            settings = New();
        }
        catch (DllNotFoundException)
        {
            // Where the library has another file name only the client finds it, and tells of a wrong setting when it is made.
            return null;
        }

        try
        {
            var error = new byte[512];
            return Set(settings, name, value, error, (nuint)error.Length) == Ok
                ? null
                : Encoding.UTF8.GetString(error, 0, Math.Max(0, Array.IndexOf(error, (byte)0)));
        }
        finally
        {
            Destroy(settings);
        }
    }

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_conf_new")]
    private static partial nint New();

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(nint settings, string name, string value, [Out] byte[] error, nuint errorBytes);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_conf_destroy")]
    private static partial void Destroy(nint settings);
}
